// Compiled with its own flags (analysis/CMakeLists.txt).
#include "analysis/method/divergence_tiles.h"

#include <immintrin.h>

namespace weft {
namespace {

constexpr size_t row_size = 64;

// The compiler does not know what tiles read and write.
inline void all_in_memory() {
    asm volatile("" ::: "memory");
}

struct alignas(64) TileShapes {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {};
    uint8_t rows[16] = {};

    TileShapes() {
        for (int tile = 0; tile < 8; ++tile) {
            row_bytes[tile] = row_size;
            rows[tile] = 16;
        }
    }
};

// frac(sqrt(prime)) 2^32 of the first sixteen primes, made odd.
alignas(64) constexpr uint32_t turns[divergence_features] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef373, 0xa54ff53b, 0x510e527f, 0x9b05688d, 0x1f83d9ab, 0x5be0cd19,
    0xcbbb9d5d, 0x629a292b, 0x9159015b, 0x152fecd9, 0x67332667, 0x8eb44a87, 0xdb0c2e0d, 0x47b5481d};

// What is added to the features of an entry before they are cut to whole numbers.
inline __m512 lift(const DivergenceTable& table, size_t entry) {
    const __m512i turned = _mm512_mullo_epi32(
        _mm512_set1_epi32(static_cast<int>(static_cast<uint32_t>(entry))), _mm512_load_si512(turns));
    const __m512 share = _mm512_cvtepi32_ps(_mm512_srli_epi32(turned, 8));
    return _mm512_fmadd_ps(share, _mm512_set1_ps(0x1p-24f), _mm512_load_ps(table.offset));
}

// Where the weights of 16 entries of one head are found in the table.
struct alignas(64) Places {
    int32_t bin[16];
    float x[16];
};

inline void find(const float* weights, size_t count, Places& to) {
    const __mmask16 there = static_cast<__mmask16>(count >= 16 ? 0xffffu : (1u << count) - 1);
    const __m512 least = _mm512_set1_ps(DivergenceTable::least_weight);
    __m512 r = _mm512_add_ps(_mm512_maskz_loadu_ps(there, weights), least);
    r = _mm512_min_ps(_mm512_max_ps(r, least), _mm512_set1_ps(1));
    constexpr int below = 23 - DivergenceTable::bins_log2;
    const __m512i bits = _mm512_castps_si512(r);
    const __m512i first = _mm512_srli_epi32(_mm512_castps_si512(least), below);
    _mm512_store_si512(to.bin, _mm512_sub_epi32(_mm512_srli_epi32(bits, below), first));
    const __m512i rest =
        _mm512_and_si512(_mm512_slli_epi32(bits, DivergenceTable::bins_log2), _mm512_set1_epi32(0x7fffff));
    const __m512 from_1 = _mm512_castsi512_ps(_mm512_or_si512(rest, _mm512_set1_epi32(0x3f800000)));
    _mm512_store_ps(to.x, _mm512_fmsub_ps(from_1, _mm512_set1_ps(2), _mm512_set1_ps(3)));
}

inline __m512i features(const FeatureBin* bins, const Places& places, size_t entry, __m512 lifted) {
    const FeatureBin& bin = bins[places.bin[entry]];
    const __m512 x = _mm512_set1_ps(places.x[entry]);
    const __m512 slope = _mm512_fmadd_ps(_mm512_load_ps(bin.curve), x, _mm512_load_ps(bin.slope));
    return _mm512_cvttps_epi32(_mm512_add_ps(_mm512_fmadd_ps(slope, x, _mm512_load_ps(bin.middle)), lifted));
}

// Of two entries' features (the second's from byte 64 on): the high bytes of the fine ones, their low bytes,
// the coarse ones; 16 bytes each.
alignas(64) constexpr uint8_t parts[64] = {
    1,  5,  9,  13, 17, 21, 25, 29, 65, 69,  73,  77,  81,  85,  89,  93,  //
    0,  4,  8,  12, 16, 20, 24, 28, 64, 68,  72,  76,  80,  84,  88,  92,  //
    32, 36, 40, 44, 48, 52, 56, 60, 96, 100, 104, 108, 112, 116, 120, 124};

// Four bytes of a row at a time, 16 x 16 of them, rows to columns.
inline void transpose(const uint8_t* from, uint8_t* to) {
    for (size_t column = 0; column < 4; ++column) {
        __m512i rows[4];
        for (size_t r = 0; r < 4; ++r) {
            const auto at = [&](size_t quarter) {
                return _mm_load_si128(
                    reinterpret_cast<const __m128i*>(from + (4 * quarter + r) * row_size + 16 * column));
            };
            rows[r] = _mm512_castsi128_si512(at(0));
            rows[r] = _mm512_mask_broadcast_i32x4(rows[r], 0x00f0, at(1));
            rows[r] = _mm512_mask_broadcast_i32x4(rows[r], 0x0f00, at(2));
            rows[r] = _mm512_mask_broadcast_i32x4(rows[r], 0xf000, at(3));
        }
        const __m512i a = _mm512_unpacklo_epi32(rows[0], rows[1]),
                      b = _mm512_unpackhi_epi32(rows[0], rows[1]),
                      c = _mm512_unpacklo_epi32(rows[2], rows[3]),
                      d = _mm512_unpackhi_epi32(rows[2], rows[3]);
        uint8_t* out = to + 4 * column * row_size;
        _mm512_store_si512(out, _mm512_unpacklo_epi64(a, c));
        _mm512_store_si512(out + row_size, _mm512_unpackhi_epi64(a, c));
        _mm512_store_si512(out + 2 * row_size, _mm512_unpacklo_epi64(b, d));
        _mm512_store_si512(out + 3 * row_size, _mm512_unpackhi_epi64(b, d));
    }
}

constexpr size_t sums_size = tile_heads * tile_heads;

// The fine features of one pair of blocks. Tiles 0 to 3 are the sums, 5 is of the left, 6 and 7 are of the
// right.
template <bool is_same>
inline void add_fine(const uint8_t* left, const uint8_t* right, size_t steps, uint32_t* sums) {
    _tile_loadd(0, sums, row_size);
    _tile_loadd(1, sums + sums_size, row_size);
    if constexpr (!is_same) _tile_loadd(2, sums + 2 * sums_size, row_size);
    _tile_loadd(3, sums + 3 * sums_size, row_size);
    for (size_t step = 0; step < steps; ++step, left += 2 * tile_size, right += 2 * tile_size) {
        _tile_loadd(5, left, row_size);
        _tile_loadd(6, right, row_size);
        _tile_dpbuud(0, 5, 6);
        _tile_loadd(7, right + tile_size, row_size);
        _tile_dpbuud(1, 5, 7);
        _tile_loadd(5, left + tile_size, row_size);
        if constexpr (!is_same) _tile_dpbuud(2, 5, 6);
        _tile_dpbuud(3, 5, 7);
    }
    _tile_stored(0, sums, row_size);
    _tile_stored(1, sums + sums_size, row_size);
    if constexpr (!is_same) _tile_stored(2, sums + 2 * sums_size, row_size);
    _tile_stored(3, sums + 3 * sums_size, row_size);
}

// The coarse features of one block and `count` others, `block_size` apart on the right. Tiles 0 to 3 are the
// sums, 4 is of the left, 5 to 7 are of the right.
template <size_t count>
inline void add_coarse(const uint8_t* left, const uint8_t* right, size_t block_size, size_t steps,
                       uint32_t* sums) {
    _tile_loadd(0, sums, row_size);
    if constexpr (count > 1) _tile_loadd(1, sums + pair_sums, row_size);
    if constexpr (count > 2) _tile_loadd(2, sums + 2 * pair_sums, row_size);
    if constexpr (count > 3) _tile_loadd(3, sums + 3 * pair_sums, row_size);
    for (size_t step = 0; step < steps; ++step, left += tile_size, right += tile_size) {
        _tile_loadd(4, left, row_size);
        _tile_loadd(5, right, row_size);
        _tile_dpbuud(0, 4, 5);
        if constexpr (count > 1) {
            _tile_loadd(6, right + block_size, row_size);
            _tile_dpbuud(1, 4, 6);
        }
        if constexpr (count > 2) {
            _tile_loadd(7, right + 2 * block_size, row_size);
            _tile_dpbuud(2, 4, 7);
        }
        if constexpr (count > 3) {
            _tile_loadd(5, right + 3 * block_size, row_size);
            _tile_dpbuud(3, 4, 5);
        }
    }
    _tile_stored(0, sums, row_size);
    if constexpr (count > 1) _tile_stored(1, sums + pair_sums, row_size);
    if constexpr (count > 2) _tile_stored(2, sums + 2 * pair_sums, row_size);
    if constexpr (count > 3) _tile_stored(3, sums + 3 * pair_sums, row_size);
}

}  // namespace

void make_feature_tiles(const DivergenceTable& table, const float* const* heads, size_t count, size_t from,
                        size_t end, size_t steps, uint8_t* left, uint8_t* right) {
    const FeatureBin* bins = table.bins.data();
    const __m512i of_parts = _mm512_load_si512(parts);
    Places places[tile_heads];
    for (size_t step = 0; step < steps; ++step) {
        const size_t first = from + step * step_entries;
        if (step % 2 == 0)
            for (size_t head = 0; head < count; ++head) {
                const float* weights = heads[head] + first;
                _mm_prefetch(weights + 2 * step_entries, _MM_HINT_T0);
                find(weights, first < end ? end - first : 0, places[head]);
            }
        const size_t place = step % 2 * step_entries;
        __m512 lifted[step_entries];
        for (size_t entry = 0; entry < step_entries; ++entry) lifted[entry] = lift(table, first + entry);
        uint8_t* fine = left + step * 2 * tile_size;
        uint8_t* coarse = left + (2 * steps + step) * tile_size;
        for (size_t head = 0; head < count; ++head)
            for (size_t entry = 0; entry < step_entries; entry += 2) {
                const __m512i both = _mm512_permutex2var_epi8(
                    features(bins, places[head], place + entry, lifted[entry]), of_parts,
                    features(bins, places[head], place + entry + 1, lifted[entry + 1]));
                const size_t at = head * row_size + entry * fine_features;
                const auto to = [&](uint8_t* tile) { return reinterpret_cast<__m128i*>(tile + at); };
                _mm_store_si128(to(fine), _mm512_castsi512_si128(both));
                _mm_store_si128(to(fine + tile_size), _mm512_extracti32x4_epi32(both, 1));
                _mm_store_si128(to(coarse), _mm512_extracti32x4_epi32(both, 2));
            }
        const auto turn = [&](const uint8_t* tile) { transpose(tile, right + (tile - left)); };
        turn(fine);
        turn(fine + tile_size);
        turn(coarse);
    }
}

void add_tile_products(const uint8_t* left, const uint8_t* right, size_t blocks, size_t steps,
                       uint32_t* sums) {
    const TileShapes shapes;
    all_in_memory();
    _tile_loadconfig(&shapes);
    const size_t block_size = steps * step_tiles * tile_size, fine_size = steps * 2 * tile_size;
    for (size_t a = 0; a < blocks; ++a, left += block_size, right += block_size) {
        for (size_t b = a; b < blocks; ++b) {
            uint32_t* to = sums + (b - a) * pair_sums;
            if (a == b)
                add_fine<true>(left, right, steps, to);
            else
                add_fine<false>(left, right + (b - a) * block_size, steps, to);
        }
        const uint8_t* coarse = right + fine_size;
        for (size_t rest = blocks - a; rest > 0;) {
            const size_t count = rest < 4 ? rest : 4;
            constexpr decltype(&add_coarse<1>) add[] = {add_coarse<1>, add_coarse<2>, add_coarse<3>,
                                                        add_coarse<4>};
            add[count - 1](left + fine_size, coarse, block_size, steps, sums + 4 * sums_size);
            coarse += count * block_size;
            sums += count * pair_sums;
            rest -= count;
        }
    }
    _tile_release();
    all_in_memory();
}

}  // namespace weft
