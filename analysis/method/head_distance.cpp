#include "analysis/method/head_distance.h"

#include <algorithm>
#include <atomic>
#include <numbers>

#include "analysis/method/head_distance_tiles.h"
#include "analysis/method/method_kernels.h"
#include "analysis/method/share_out.h"

namespace weft {
namespace {

constexpr size_t most_threads = 8;
constexpr double work_of_a_thread = 1e6;  // logarithms that are worth a thread of their own
constexpr double tile_gain = 2.5;         // times as fast

// With S(p, q) the sum of (p + q) ln (p + q) over all rows of two heads, their JS together are
// (S(p, p) + S(q, q)) / 4 - S(p, q) / 2: multiples of the weight cancel, and equal heads are exactly 0 apart.
class PairSums {
  public:
    explicit PairSums(const AttentionBlock& attention)
        : attention_(attention), size_(size_t{attention.queries} * attention.keys), heads_(attention.heads) {}

    size_t parts() const { return (size_ + x_ln_x_size - 1) / x_ln_x_size; }

    // S of the heads of layers l and m, into sums[a * stride + b]; of one layer for a <= b only. Counts the
    // parts that are done.
    void add(size_t l, size_t m, double* sums, size_t stride, const ShouldStop& should_stop,
             std::atomic<size_t>& parts_done) const {
        std::vector<float> of_part(heads_);
        for (size_t from = 0; from < size_; from += x_ln_x_size) {
            if (should_stop()) return;
            const size_t part = std::min(x_ln_x_size, size_ - from);
            for (size_t a = 0; a < heads_; ++a) {
                const size_t first = l == m ? a : 0;
                kernels_.both_ln_both(weights(l, a) + from, weights(m, first) + from, size_, heads_ - first,
                                      part, of_part.data());
                for (size_t b = first; b < heads_; ++b)
                    sums[a * stride + b] += static_cast<double>(of_part[b - first]);
            }
            ++parts_done;
        }
    }

    // From S above the diagonal, [count, count], to both halves of `out` with rows as long.
    void write_distances(const double* sums, size_t count, float* out) const {
        for (size_t a = 0; a < count; ++a)
            for (size_t b = a; b < count; ++b) {
                const double with_itself = sums[a * count + a] + sums[b * count + b];
                const double all_rows = with_itself / 4 - sums[a * count + b] / 2;
                const double mean = all_rows / static_cast<double>(attention_.queries);
                out[a * count + b] = out[b * count + a] =
                    static_cast<float>(std::clamp(mean, 0.0, std::numbers::ln2));
            }
    }

  private:
    const float* weights(size_t layer, size_t head) const {
        return attention_.layer_weights[layer]->data() + head * size_;
    }

    const AttentionBlock& attention_;
    size_t size_, heads_;
    const MethodKernels& kernels_ = method_kernels();
};

size_t threads_for(double work) {
    return std::min(processors(most_threads), static_cast<size_t>(1 + work / work_of_a_thread));
}

float share_of(size_t done, size_t all) {
    return static_cast<float>(done) / static_cast<float>(all);
}

double pairs(double heads) {
    return heads * (heads - 1) / 2;
}

double entries(const AttentionBlock& attention) {
    return static_cast<double>(attention.queries) * static_cast<double>(attention.keys);
}

std::vector<const float*> all_heads(const AttentionBlock& attention) {
    std::vector<const float*> heads;
    for (const auto& layer : attention.layer_weights)
        for (size_t head = 0; head < attention.heads; ++head)
            heads.push_back(layer->data() + head * attention.queries * attention.keys);
    return heads;
}

}  // namespace

FrameTensor head_distance(const AttentionBlock& attention, const Watch& watch) {
    const size_t layers = attention.layers, heads = attention.heads, all = layers * heads;
    if (watch.stop && watch.stop()) return {};
    auto result = std::make_shared<std::vector<float>>(all * all, 0.0f);
    const FrameTensor tensor{{static_cast<int64_t>(all), static_cast<int64_t>(all)}, result};
    const double work = pairs(static_cast<double>(all)) * entries(attention);
    if (may_use_distance_tiles(all, attention.queries, attention.keys)) {
        const bool done = tile_distances(all_heads(attention), attention.queries, attention.keys,
                                         threads_for(work / tile_gain), watch, result->data(), all);
        return done ? tensor : FrameTensor{};
    }
    // One task a pair of layers, so that both stay in the cache.
    std::vector<std::pair<size_t, size_t>> tasks;
    for (size_t l = 0; l < layers; ++l)
        for (size_t m = l; m < layers; ++m) tasks.emplace_back(l, m);
    const PairSums pair_sums(attention);
    std::vector<double> sums(all * all, 0.0);
    std::atomic<size_t> parts_done{0};
    const auto pulse = [&] { return watch(share_of(parts_done, tasks.size() * pair_sums.parts())); };
    const bool done =
        share_out(tasks.size(), threads_for(work), pulse, [&](size_t task, const ShouldStop& should_stop) {
            const auto [l, m] = tasks[task];
            pair_sums.add(l, m, &sums[l * heads * all + m * heads], all, should_stop, parts_done);
        });
    if (!done) return {};
    pair_sums.write_distances(sums.data(), all, result->data());
    return tensor;
}

FrameTensor head_distance_within(const AttentionBlock& attention, const Watch& watch) {
    const size_t layers = attention.layers, heads = attention.heads, of_layer = heads * heads;
    if (watch.stop && watch.stop()) return {};
    auto result = std::make_shared<std::vector<float>>(layers * of_layer, 0.0f);
    const double work = static_cast<double>(layers) * pairs(attention.heads) * entries(attention);
    const PairSums pair_sums(attention);
    std::vector<double> sums(layers * of_layer, 0.0);
    std::atomic<size_t> parts_done{0};
    const auto pulse = [&] { return watch(share_of(parts_done, layers * pair_sums.parts())); };
    const bool done =
        share_out(layers, threads_for(work), pulse, [&](size_t l, const ShouldStop& should_stop) {
            pair_sums.add(l, l, &sums[l * of_layer], heads, should_stop, parts_done);
        });
    if (!done) return {};
    for (size_t l = 0; l < layers; ++l)
        pair_sums.write_distances(&sums[l * of_layer], heads, result->data() + l * of_layer);
    return {{attention.layers, attention.heads, attention.heads}, std::move(result)};
}

FrameTensor head_distance_within(const AttentionBlock& attention, const FrameTensor& all) {
    const size_t heads = attention.heads, row = attention.layers * heads;
    auto result = std::make_shared<std::vector<float>>();
    for (size_t l = 0; l < attention.layers; ++l)
        for (size_t h = 0; h < heads; ++h) {
            const auto from = all.values->begin() + static_cast<ptrdiff_t>((l * heads + h) * row + l * heads);
            result->insert(result->end(), from, from + static_cast<ptrdiff_t>(heads));
        }
    return {{attention.layers, attention.heads, attention.heads}, std::move(result)};
}

std::vector<double> layer_spread(const FrameTensor& within) {
    const size_t layers = static_cast<size_t>(within.shape[0]), heads = static_cast<size_t>(within.shape[1]);
    std::vector<double> means(layers, 0.0);
    if (heads < 2) return means;
    for (size_t l = 0; l < layers; ++l) {
        for (size_t k = 0; k < heads * heads; ++k)
            means[l] += static_cast<double>((*within.values)[l * heads * heads + k]);
        means[l] /= static_cast<double>(heads * (heads - 1));
    }
    return means;
}

}  // namespace weft
