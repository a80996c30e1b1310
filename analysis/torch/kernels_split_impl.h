// Products of numbers that are split into two bfloat16 each, on the processor's matrix tiles: of (h + l)(h' +
// l') the part l l' is left out, some 2^-18 of the product. Included by kernels_amx.cpp only, by the rules of
// kernels_impl.h.
#include <immintrin.h>

#include "analysis/torch/kernels_back_impl.h"

namespace weft::torch_part {
namespace {

constexpr int64_t part = 16 * split_depth;  // numbers of one part of one tile
constexpr int64_t tile_bytes = 64;          // of one row
constexpr int64_t block_panels = 2;         // of what is computed at once, by split_rows_together rows
constexpr int64_t block_floats = split_rows_together * block_panels * panel_width;
constexpr int64_t chunk = split_chunk;
static_assert(split_rows_together == 32 && panel_width == 16 && split_depth == 32);

struct alignas(64) TileShapes {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {};
    uint8_t rows[16] = {};

    TileShapes() {
        for (int tile = 0; tile < 8; ++tile) {
            row_bytes[tile] = tile_bytes;
            rows[tile] = 16;
        }
    }
};

// The compiler does not know what tiles read and write.
WEFT_INLINE void all_in_memory() {
    asm volatile("" ::: "memory");
}

// Numbers whose upper halves are the nearest bfloat16, ties away from 0. Why not the processor's own
// conversion: it takes more than twice as long for a number and what it misses.
WEFT_INLINE __m512i rounded(__m512 x) {
    return _mm512_add_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x8000));
}

// What the upper half misses.
WEFT_INLINE __m512 rest(__m512 x, __m512i rounded_x) {
    return x -
           _mm512_castsi512_ps(_mm512_and_si512(rounded_x, _mm512_set1_epi32(static_cast<int>(0xffff0000))));
}

// Each upper half of `even` before that of `odd` beside it.
WEFT_INLINE __m512i beside(__m512i even, __m512i odd) {
    return _mm512_mask_blend_epi16(0xaaaaaaaau, _mm512_srli_epi32(even, 16), odd);
}

// The upper halves of `first`, then those of `second`.
WEFT_INLINE __m512i behind(__m512i first, __m512i second) {
    const __m512i upper = _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31,
                                           29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    return _mm512_permutex2var_epi16(first, upper, second);
}

// 32 numbers to 32 bfloat16 each, as `join` orders them: the numbers, and what these miss.
template <typename Join>
WEFT_INLINE void split(__m512 a, __m512 b, const Join& join, __m512i& high, __m512i& low) {
    const __m512i of_a = rounded(a), of_b = rounded(b);
    high = join(of_a, of_b);
    low = join(rounded(rest(a, of_a)), rounded(rest(b, of_b)));
}

void split_rows(const float* x, int64_t stride, int64_t rows, int64_t inner, int64_t whole, uint16_t* to) {
    for (int64_t r = 0; r < split_rows_together; ++r) {
        uint16_t* row = to + r / 16 * split_tiles(whole) * 2 * part + r % 16 * split_depth;
        const float* from = x + r * stride;
        for (int64_t k = 0; k < inner; k += split_depth, row += 2 * part) {
            const int64_t count = r < rows ? inner - k : 0;
            const auto some = [&](int64_t first) {
                const int64_t left = count - first;
                const uint32_t mask = left >= 16 ? 0xffffu : left > 0 ? (1u << left) - 1 : 0u;
                return _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), from + (mask ? k + first : 0));
            };
            __m512i high, low;
            split(some(0), some(16), behind, high, low);
            _mm512_storeu_si512(row, high);
            _mm512_storeu_si512(row + part, low);
        }
    }
}

// One panel's part of a tile: rows [k, k + 32) of it, those of a pair beside each other.
WEFT_INLINE void split_along(const float* panel, int64_t k, int64_t inner, uint16_t* to) {
    for (int r = 0; r < 16; ++r, k += 2, to += split_depth) {
        const __m512 a = k < inner ? _mm512_loadu_ps(panel + k * panel_width) : _mm512_setzero_ps();
        const __m512 b = k + 1 < inner ? _mm512_loadu_ps(panel + (k + 1) * panel_width) : _mm512_setzero_ps();
        __m512i high, low;
        split(a, b, beside, high, low);
        _mm512_storeu_si512(to, high);
        _mm512_storeu_si512(to + part, low);
    }
}

// rows[i][j] of 16 x 16 numbers where rows[j][i] was.
WEFT_INLINE void transpose(__m512i (&rows)[16]) {
    __m512i a[16], b[16];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
        a[2 * i] = _mm512_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
        a[2 * i + 1] = _mm512_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
#pragma GCC unroll 2
        for (int k = 0; k < 2; ++k) {
            b[4 * i + 2 * k] = _mm512_unpacklo_epi64(a[4 * i + k], a[4 * i + k + 2]);
            b[4 * i + 2 * k + 1] = _mm512_unpackhi_epi64(a[4 * i + k], a[4 * i + k + 2]);
        }
        // b[4 i + c], lane q: column 4 q + c of the rows 4 i .. 4 i + 3.
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) {
        const __m512i low_a = _mm512_shuffle_i32x4(b[c], b[4 + c], 0x88),
                      high_a = _mm512_shuffle_i32x4(b[c], b[4 + c], 0xdd);
        const __m512i low_b = _mm512_shuffle_i32x4(b[8 + c], b[12 + c], 0x88),
                      high_b = _mm512_shuffle_i32x4(b[8 + c], b[12 + c], 0xdd);
        rows[c] = _mm512_shuffle_i32x4(low_a, low_b, 0x88);
        rows[8 + c] = _mm512_shuffle_i32x4(low_a, low_b, 0xdd);
        rows[4 + c] = _mm512_shuffle_i32x4(high_a, high_b, 0x88);
        rows[12 + c] = _mm512_shuffle_i32x4(high_a, high_b, 0xdd);
    }
}

// The same across the panels: `first` and `second` hold outputs [0, 16) and [16, 32) of the tile's depth, of
// the 16 inputs that are its columns. second may be null: 0.
WEFT_INLINE void split_across(const float* first, const float* second, uint16_t* to) {
    __m512i high[16], low[16];
#pragma GCC unroll 16
    for (int c = 0; c < 16; ++c)
        split(_mm512_loadu_ps(first + c * panel_width),
              second ? _mm512_loadu_ps(second + c * panel_width) : _mm512_setzero_ps(), behind, high[c],
              low[c]);
    transpose(high);
    transpose(low);
#pragma GCC unroll 16
    for (int r = 0; r < 16; ++r) {
        _mm512_storeu_si512(to + r * split_depth, high[r]);
        _mm512_storeu_si512(to + part + r * split_depth, low[r]);
    }
}

// Of one block of panels the tiles [first, first + count) of its depth: [count][panels][high, low].
WEFT_INLINE void split_weights(const SplitTask& task, int64_t panel, int64_t first, int64_t count,
                               uint16_t* to) {
    for (int64_t k = first; k < first + count; ++k)
        for (int64_t p = panel; p < panel + block_panels; ++p, to += 2 * part) {
            if (p >= task.panel_end) {
                for (int64_t i = 0; i < 2 * part; ++i) to[i] = 0;
            } else if (!task.across) {
                split_along(task.packed + p * task.depth * panel_width, k * split_depth, task.depth, to);
            } else {
                const float* from = task.packed + (2 * k * task.inputs + p * panel_width) * panel_width;
                const bool has_second = (2 * k + 1) * panel_width < task.depth;
                split_across(from, has_second ? from + task.inputs * panel_width : nullptr, to);
            }
        }
}

// The weights that come next, fetched while others are multiplied: they lie behind the second cache, and
// splitting them waits for nothing else.
class Ahead {
  public:
    // Of `panels` panels the tiles [first, first + count) of the depth; in `calls` calls of fetch().
    Ahead(const SplitTask& task, int64_t panel, int64_t panels, int64_t first, int64_t count, int64_t calls) {
        const int64_t rows = count * split_depth, end = first * split_depth + rows;
        if (task.across) {
            run_ = panels * panel_width;
            runs_ = (rows + panel_width - 1) / panel_width;
            stride_ = task.inputs;
            if (end > task.depth) runs_ -= (end - task.depth) / panel_width;
            next_ = line(task, first * split_depth / panel_width * task.inputs + panel * panel_width);
        } else {
            run_ = end > task.depth ? rows - (end - task.depth) : rows;
            runs_ = panels;
            stride_ = task.depth;
            next_ = line(task, panel * task.depth + first * split_depth);
        }
        together_ = (runs_ * run_ + calls - 1) / calls;
        if (panels <= 0) runs_ = 0;
    }

    void fetch() {
        for (int64_t i = 0; i < together_ && runs_ > 0; ++i) {
            _mm_prefetch(next_ + at_ * line_bytes, _MM_HINT_T1);
            if (++at_ < run_) continue;
            at_ = 0;
            --runs_;
            next_ += stride_ * line_bytes;
        }
    }

  private:
    static constexpr int64_t line_bytes = 64;

    static const char* line(const SplitTask& task, int64_t number) {
        return reinterpret_cast<const char*>(task.packed + number * panel_width);
    }

    const char* next_;
    int64_t run_, runs_, stride_, together_, at_ = 0;
};

// What follows the tiles [first, first + count) of the block of panels at `panel`.
Ahead next_weights(const SplitTask& task, int64_t panel, int64_t first, int64_t count, int64_t calls) {
    const int64_t tiles = split_tiles(task.depth);
    panel += block_panels;
    if (panel >= task.panel_end && first + count < tiles) {
        panel = task.panel_begin;
        first += count;
    } else if (panel >= task.panel_end) {
        first = 0;
    }
    const int64_t panels = task.panels - panel, left = tiles - first;
    return {task, panel, panels < block_panels ? panels : block_panels, first, left < chunk ? left : chunk,
            calls};
}

// sums [2 row tiles][2 panels][16][16] +=, of `count` tiles of the depth. Tiles 0 to 3 are the sums, 4 and 5
// rows, 6 and 7 weights; the small parts come first.
WEFT_INLINE void multiply_tiles(const uint16_t* rows, int64_t row_tile, const uint16_t* weights,
                                int64_t count, bool is_first, float* sums, Ahead& ahead) {
    all_in_memory();
    if (is_first) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    } else {
        _tile_loadd(0, sums, tile_bytes);
        _tile_loadd(1, sums + 256, tile_bytes);
        _tile_loadd(2, sums + 512, tile_bytes);
        _tile_loadd(3, sums + 768, tile_bytes);
    }
    const auto all_products = [] {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    };
    for (int64_t k = 0; k < count; ++k, rows += 2 * part, weights += 4 * part) {
        _tile_loadd(4, rows, tile_bytes);
        _tile_loadd(6, weights + part, tile_bytes);
        _tile_loadd(7, weights + 3 * part, tile_bytes);
        _tile_loadd(5, rows + row_tile, tile_bytes);
        all_products();
        ahead.fetch();
        _tile_loadd(6, weights, tile_bytes);
        _tile_loadd(7, weights + 2 * part, tile_bytes);
        all_products();
        _tile_loadd(4, rows + part, tile_bytes);
        _tile_loadd(5, rows + row_tile + part, tile_bytes);
        all_products();
    }
    _tile_stored(0, sums, tile_bytes);
    _tile_stored(1, sums + 256, tile_bytes);
    _tile_stored(2, sums + 512, tile_bytes);
    _tile_stored(3, sums + 768, tile_bytes);
    all_in_memory();
}

// What is left when the sums of rows [row, row + rows) and `panels` panels are there.
template <int panels>
void finish_sums(const SplitTask& task, const float* sums, int64_t row, int64_t rows, int64_t panel) {
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t at = (row + r) * task.y_stride + panel * panel_width;
#pragma GCC unroll 2
        for (int p = 0; p < panels; ++p) {
            const int64_t to = at + p * panel_width;
            Vector value = load(sums + (r / 16 * 2 + p) * 256 + r % 16 * 16);
            if (task.adds)
                value += load(task.y + to);
            else if (task.bias)
                value += load(task.bias + (panel + p) * panel_width);
            store(task.y + to, task.factor ? value * load(task.factor + to) : value);
        }
    }
    if (task.factor) return;
    const int64_t at = row * task.y_stride + panel * panel_width;
    finish_tile<panels>(task.y + at, task.slope ? task.slope + at : nullptr, task.y_stride, rows,
                        task.activation);
}

void linear_split(const SplitTask& task) {
    alignas(64) static const TileShapes shapes;
    _tile_loadconfig(&shapes);
    const int64_t tiles = split_tiles(task.depth), row_tile = tiles * 2 * part;
    const int64_t blocks = (task.rows + split_rows_together - 1) / split_rows_together;
    uint16_t* weights = reinterpret_cast<uint16_t*>(task.scratch);
    float* const all_sums = task.scratch + chunk * block_panels * part;
    for (int64_t first = 0; first < tiles; first += chunk) {
        const int64_t count = tiles - first < chunk ? tiles - first : chunk;
        const bool is_last = first + count == tiles;
        float* sums = all_sums;
        for (int64_t panel = task.panel_begin; panel < task.panel_end; panel += block_panels) {
            split_weights(task, panel, first, count, weights);
            Ahead ahead = next_weights(task, panel, first, count, blocks * count);
            for (int64_t block = 0; block < blocks; ++block, sums += block_floats) {
                multiply_tiles(task.x + block * 2 * row_tile + first * 2 * part, row_tile, weights, count,
                               first == 0, sums, ahead);
                if (!is_last) continue;
                const int64_t row = block * split_rows_together;
                const int64_t rows =
                    task.rows - row < split_rows_together ? task.rows - row : split_rows_together;
                if (panel + 1 < task.panel_end)
                    finish_sums<2>(task, sums, row, rows, panel);
                else
                    finish_sums<1>(task, sums, row, rows, panel);
            }
        }
    }
    _tile_release();
}

}  // namespace
}  // namespace weft::torch_part
