#include "analysis/method/head_distance_tiles.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <numbers>
#include <span>

#include "analysis/matrix_tiles.h"
#include "analysis/method/divergence_tiles.h"
#include "analysis/method/share_out.h"

namespace weft {
namespace {

constexpr size_t least_heads = 64, least_queries = 16, most_keys = 2048;
constexpr size_t chunk_steps = 12;  // of one block the fine features stay in the first cache
constexpr size_t chunk_entries = chunk_steps * step_entries;
constexpr size_t pair_size = tile_heads * tile_heads;

struct alignas(64) Tile {
    uint8_t bytes[tile_size];
};

struct Products {
    uint64_t fine = 0, coarse = 0;
};

// The products of all pairs of heads over some of their entries. One thread at a time.
class TileSums {
  public:
    TileSums(std::span<const float* const> heads, size_t size)
        : heads_(heads),
          size_(size),
          blocks_((heads.size() + tile_heads - 1) / tile_heads),
          pairs_(blocks_ * (blocks_ + 1) / 2),
          left_(blocks_ * chunk_steps * step_tiles),
          right_(left_.size()),
          recent_(pairs_ * pair_sums / (tile_size / sizeof(uint32_t))),
          products_(pairs_ * pair_size) {}

    // The entries [from, from + chunk_entries), less beyond the last.
    void add(size_t from) {
        const size_t entries = std::min(chunk_entries, size_ - from);
        const size_t steps = (entries + 2 * step_entries - 1) / (2 * step_entries) * 2;
        if (recent_steps_ + steps > most_steps) gather();
        recent_steps_ += steps;
        for (size_t block = 0; block < blocks_; ++block) {
            const size_t first = block * tile_heads, at = block * steps * step_tiles;
            make_feature_tiles(table_, heads_.data() + first, std::min(tile_heads, heads_.size() - first),
                               from, size_, steps, left_[at].bytes, right_[at].bytes);
        }
        add_tile_products(left_[0].bytes, right_[0].bytes, blocks_, steps, recent());
    }

    void gather() {
        const uint32_t* sums = recent();
        Products* to = products_.data();
        for (size_t a = 0; a < blocks_; ++a)
            for (size_t b = a; b < blocks_; ++b, sums += pair_sums, to += pair_size) {
                const uint32_t* high_low = sums + pair_size;
                const uint32_t* low_high = sums + 2 * pair_size;
                for (size_t i = 0; i < pair_size; ++i) {
                    const size_t turned = i % tile_heads * tile_heads + i / tile_heads;
                    const uint64_t mixed = uint64_t{high_low[i]} + (a == b ? high_low[turned] : low_high[i]);
                    to[i].fine += (uint64_t{sums[i]} << 16) + (mixed << 8) + sums[3 * pair_size + i];
                    to[i].coarse += sums[4 * pair_size + i];
                }
            }
        std::ranges::fill(recent_, Tile{});
        recent_steps_ = 0;
    }

    // Of the same heads.
    void add(const TileSums& others) {
        for (size_t i = 0; i < products_.size(); ++i) {
            products_[i].fine += others.products_[i].fine;
            products_[i].coarse += others.products_[i].coarse;
        }
    }

    void write_distances(size_t queries, float* out, size_t stride) const {
        const double fine = table_.fine_step * table_.fine_step / 4 / static_cast<double>(queries);
        const double coarse = table_.coarse_step * table_.coarse_step / 4 / static_cast<double>(queries);
        for (size_t a = 0; a < heads_.size(); ++a)
            for (size_t b = a; b < heads_.size(); ++b) {
                const Products &aa = of(a, a), &bb = of(b, b), &ab = of(a, b);
                const double distance = fine * static_cast<double>(aa.fine + bb.fine - 2 * ab.fine) +
                                        coarse * static_cast<double>(aa.coarse + bb.coarse - 2 * ab.coarse);
                out[a * stride + b] = out[b * stride + a] =
                    static_cast<float>(std::min(distance, std::numbers::ln2));
            }
    }

  private:
    uint32_t* recent() { return reinterpret_cast<uint32_t*>(recent_.data()); }

    const Products& of(size_t a, size_t b) const {  // a <= b
        const size_t left = a / tile_heads, right = b / tile_heads;
        const size_t pair = left * blocks_ - left * (left + 1) / 2 + right;
        return products_[(pair * tile_heads + a % tile_heads) * tile_heads + b % tile_heads];
    }

    const DivergenceTable& table_ = divergence_table();
    std::span<const float* const> heads_;
    size_t size_, blocks_, pairs_;
    std::vector<Tile> left_, right_, recent_;
    size_t recent_steps_ = 0;
    std::vector<Products> products_;
};

}  // namespace

bool may_use_distance_tiles(size_t heads, size_t queries, size_t keys) {
    return heads >= least_heads && queries >= least_queries && keys <= most_keys && may_use_byte_tiles();
}

bool tile_distances(const std::vector<const float*>& heads, size_t queries, size_t keys, size_t threads,
                    const Watch& watch, float* out, size_t stride) {
    const size_t size = queries * keys;
    std::vector<std::unique_ptr<TileSums>> parts(std::max<size_t>(threads, 1));
    std::atomic<size_t> next{0};
    const auto pulse = [&] {
        return watch(static_cast<float>(std::min(next.load(), size)) / static_cast<float>(size));
    };
    const bool done = share_out(parts.size(), parts.size(), pulse, [&](size_t task, const ShouldStop& stop) {
        parts[task] = std::make_unique<TileSums>(heads, size);
        for (size_t from = 0; !stop() && (from = next.fetch_add(chunk_entries)) < size;)
            parts[task]->add(from);
        parts[task]->gather();
    });
    if (!done) return false;
    for (size_t part = 1; part < parts.size(); ++part) parts[0]->add(*parts[part]);
    parts[0]->write_distances(queries, out, stride);
    return true;
}

}  // namespace weft
