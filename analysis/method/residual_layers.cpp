#include "analysis/method/residual_layers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/error.h"
#include "analysis/method/method_kernels.h"

namespace weft {

void check_rollout_options(const AttentionBlock& attention, const RolloutOptions& options,
                           const std::string& method) {
    const auto refuse = [&](const std::string& what, double value, const std::string& expected) {
        throw Error(method + ": " + what + " is " + std::to_string(value) + ", expected " + expected);
    };
    if (attention.queries != attention.keys)
        throw Error(method + " needs self-attention, this has " + std::to_string(attention.queries) +
                    " queries and " + std::to_string(attention.keys) + " keys");
    if (!(options.residual >= 0 && options.residual <= 1)) refuse("residual", options.residual, "0 to 1");
    if (!(options.discard >= 0 && options.discard <= 1)) refuse("discard", options.discard, "0 to 1");
    if (options.first_layer < 0 || options.first_layer >= attention.layers)
        refuse("first layer", static_cast<double>(options.first_layer),
               "0 to " + std::to_string(attention.layers - 1));
    if (options.fuse == Fuse::head && (options.head < 0 || options.head >= attention.heads))
        refuse("head", static_cast<double>(options.head), "0 to " + std::to_string(attention.heads - 1));
    if (options.fuse != Fuse::weights) return;
    if (options.weights.size() != attention.heads)
        refuse("the number of head weights", static_cast<double>(options.weights.size()),
               std::to_string(attention.heads));
    for (const double weight : options.weights)
        if (!(weight >= 0 && std::isfinite(weight))) refuse("a head weight", weight, "a number not below 0");
}

namespace {

// fuse_h(A[l]), heads [H, N, N].
std::vector<float> fuse(const std::vector<float>& heads, size_t head_count, size_t size,
                        const RolloutOptions& options) {
    const size_t entries = size * size;
    if (options.fuse == Fuse::head) {
        const auto begin =
            heads.begin() + static_cast<ptrdiff_t>(static_cast<size_t>(options.head) * entries);
        return {begin, begin + static_cast<ptrdiff_t>(entries)};
    }
    std::vector<float> fused(entries, 0.0f);
    const float mean_weight = 1.0f / static_cast<float>(head_count);
    for (size_t h = 0; h < head_count; ++h) {
        const float* head = heads.data() + h * entries;
        const float weight = options.fuse == Fuse::weights ? static_cast<float>(options.weights[h]) : 1.0f;
        if (options.fuse == Fuse::max || options.fuse == Fuse::min) {
            const bool first = h == 0;
            if (options.fuse == Fuse::max)
                for (size_t i = 0; i < entries; ++i) fused[i] = first ? head[i] : std::max(fused[i], head[i]);
            else
                for (size_t i = 0; i < entries; ++i) fused[i] = first ? head[i] : std::min(fused[i], head[i]);
        } else {
            method_kernels().add_scaled(fused.data(), head, weight, entries);
        }
    }
    if (options.fuse == Fuse::mean)
        for (float& value : fused) value *= mean_weight;
    return fused;
}

// The `count` smallest become 0; of equal ones the lower index goes first.
void discard_smallest(float* values, size_t size, size_t count, std::vector<uint32_t>& order) {
    if (count == 0) return;
    order.resize(size);
    std::iota(order.begin(), order.end(), 0u);
    const auto smaller = [values](uint32_t a, uint32_t b) {
        return values[a] != values[b] ? values[a] < values[b] : a < b;
    };
    if (count < size)
        std::nth_element(order.begin(), order.begin() + static_cast<ptrdiff_t>(count), order.end(), smaller);
    for (size_t i = 0; i < count; ++i) values[order[i]] = 0.0f;
}

void discard(std::vector<float>& fused, size_t size, const RolloutOptions& options) {
    if (options.discard == 0) return;
    std::vector<uint32_t> order;
    const auto share = [&](size_t entries) {
        return static_cast<size_t>(std::floor(options.discard * static_cast<double>(entries)));
    };
    if (options.discard_scope == DiscardScope::layer)
        return discard_smallest(fused.data(), fused.size(), share(fused.size()), order);
    for (size_t i = 0; i < size; ++i) discard_smallest(fused.data() + i * size, size, share(size), order);
}

// S = rownorm(r I + (1 - r) D), in place.
void add_residual(std::vector<float>& fused, size_t size, double residual) {
    for (size_t i = 0; i < size; ++i) {
        float* row = fused.data() + i * size;
        double sum = 0;
        for (size_t j = 0; j < size; ++j) sum += row[j];
        const double total = residual + (1 - residual) * sum;
        if (total <= 0) {
            std::fill(row, row + size, 0.0f);
            row[i] = 1.0f;
            continue;
        }
        const float scale = static_cast<float>((1 - residual) / total);
        for (size_t j = 0; j < size; ++j) row[j] *= scale;
        row[i] += static_cast<float>(residual / total);
    }
}

}  // namespace

std::vector<float> residual_layer(const AttentionBlock& attention, const RolloutOptions& options,
                                  size_t layer) {
    std::vector<float> step = fuse(*attention.layer_weights[layer], attention.heads, attention.keys, options);
    discard(step, attention.keys, options);
    add_residual(step, attention.keys, options.residual);
    return step;
}

}  // namespace weft
