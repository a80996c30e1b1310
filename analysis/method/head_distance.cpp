#include "analysis/method/head_distance.h"

#include <algorithm>
#include <numbers>

#include "analysis/method/head_distance_tiles.h"
#include "analysis/method/method_kernels.h"
#include "analysis/method/share_out.h"

namespace weft {
namespace {

constexpr size_t most_threads = 8;
constexpr double work_of_a_thread = 1e6;  // logarithms that are worth a thread of their own
constexpr double tile_gain = 2.5;         // times as fast

class Distances {
  public:
    explicit Distances(const AttentionBlock& attention)
        : attention_(attention),
          size_(size_t{attention.queries} * attention.keys),
          heads_(attention.heads),
          with_itself_(size_t{attention.layers} * heads_) {
        for (size_t head = 0; head < with_itself_.size(); ++head) {
            for (size_t from = 0; from < size_; from += x_ln_x_size) {
                const size_t part = std::min(x_ln_x_size, size_ - from);
                float sum = 0;
                kernels_.both_ln_both(weights(head) + from, weights(head) + from, 0, 1, part, &sum);
                with_itself_[head] += static_cast<double>(sum);
            }
        }
    }

    // Between heads [first, first + count) and [other, other + other_count), which lie in one layer, into
    // `out` with rows `stride` apart, and nothing else.
    void between(size_t first, size_t count, size_t other, size_t other_count, float* out,
                 size_t stride) const {
        std::vector<double> sums(count * other_count, 0.0);
        std::vector<float> part_sums(other_count);
        for (size_t from = 0; from < size_; from += x_ln_x_size) {
            const size_t part = std::min(x_ln_x_size, size_ - from);
            for (size_t a = 0; a < count; ++a) {
                kernels_.both_ln_both(weights(first + a) + from, weights(other) + from, size_, other_count,
                                      part, part_sums.data());
                for (size_t b = 0; b < other_count; ++b)
                    sums[a * other_count + b] += static_cast<double>(part_sums[b]);
            }
        }
        for (size_t a = 0; a < count; ++a)
            for (size_t b = 0; b < other_count; ++b)
                out[a * stride + b] = distance(first + a, other + b, sums[a * other_count + b]);
    }

    // The same between the heads of one layer, each pair once.
    void within(size_t first, float* out, size_t stride) const {
        for (size_t a = 0; a + 1 < heads_; ++a) {
            float* row = out + a * stride + a + 1;
            between(first + a, 1, first + a + 1, heads_ - a - 1, row, stride);
            for (size_t b = a + 1; b < heads_; ++b) out[b * stride + a] = out[a * stride + b];
        }
    }

  private:
    const float* weights(size_t head) const {
        return attention_.layer_weights[head / heads_]->data() + head % heads_ * size_;
    }

    // With S(p, q) the sum of (p + q) ln (p + q), all rows' JS together are (S(p, p) + S(q, q)) / 4 - S(p, q)
    // / 2: multiples of the weight cancel, and equal heads are exactly 0 apart.
    float distance(size_t p, size_t q, double both_ln_both) const {
        const double all_rows = (with_itself_[p] + with_itself_[q]) / 4 - both_ln_both / 2;
        return static_cast<float>(
            std::clamp(all_rows / static_cast<double>(attention_.queries), 0.0, std::numbers::ln2));
    }

    const AttentionBlock& attention_;
    size_t size_, heads_;
    const MethodKernels& kernels_ = method_kernels();
    std::vector<double> with_itself_;  // S(p, p) of each head
};

size_t threads_for(double work) {
    return std::min(processors(most_threads), static_cast<size_t>(1 + work / work_of_a_thread));
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

FrameTensor head_distance(const AttentionBlock& attention, const std::function<bool()>& stop) {
    const size_t layers = attention.layers, heads = attention.heads, all = layers * heads;
    if (stop && stop()) return {};
    auto result = std::make_shared<std::vector<float>>(all * all, 0.0f);
    float* out = result->data();
    const FrameTensor tensor{{static_cast<int64_t>(all), static_cast<int64_t>(all)}, result};
    const double work = pairs(static_cast<double>(all)) * entries(attention);
    if (may_use_distance_tiles(all, attention.queries, attention.keys)) {
        const bool done = tile_distances(all_heads(attention), attention.queries, attention.keys,
                                         threads_for(work / tile_gain), stop, out, all);
        return done ? tensor : FrameTensor{};
    }
    const Distances distances(attention);
    // One task a pair of layers, so that both stay in the cache.
    std::vector<std::pair<size_t, size_t>> tasks;
    for (size_t l = 0; l < layers; ++l)
        for (size_t m = l; m < layers; ++m) tasks.emplace_back(l, m);
    const bool done = share_out(tasks.size(), threads_for(work), stop, [&](size_t task, const ShouldStop&) {
        const auto [l, m] = tasks[task];
        if (l == m) return distances.within(l * heads, out + l * heads * (all + 1), all);
        distances.between(l * heads, heads, m * heads, heads, out + l * heads * all + m * heads, all);
        for (size_t a = l * heads; a < (l + 1) * heads; ++a)
            for (size_t b = m * heads; b < (m + 1) * heads; ++b) out[b * all + a] = out[a * all + b];
    });
    return done ? tensor : FrameTensor{};
}

FrameTensor head_distance_within(const AttentionBlock& attention, const std::function<bool()>& stop) {
    const size_t layers = attention.layers, heads = attention.heads;
    if (stop && stop()) return {};
    auto result = std::make_shared<std::vector<float>>(layers * heads * heads, 0.0f);
    float* out = result->data();
    const Distances distances(attention);
    const double work = static_cast<double>(layers) * pairs(attention.heads) * entries(attention);
    const bool done = share_out(layers, threads_for(work), stop, [&](size_t l, const ShouldStop&) {
        distances.within(l * heads, out + l * heads * heads, heads);
    });
    if (!done) return {};
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
