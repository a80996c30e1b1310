#include "analysis/method/entropy.h"

#include <algorithm>
#include <cmath>

#include "analysis/method/method_kernels.h"
#include "analysis/method/share_out.h"

namespace weft {
namespace {

// -sum_j A ln A of `count` rows.
void row_entropies(const float* rows, size_t count, size_t keys, float* out) {
    const MethodKernels& kernels = method_kernels();
    std::vector<float> sums(count);
    std::fill(out, out + count, 0.0f);
    for (size_t from = 0; from < keys; from += x_ln_x_size) {
        kernels.x_ln_x(rows + from, keys, count, std::min(x_ln_x_size, keys - from), sums.data());
        for (size_t i = 0; i < count; ++i) out[i] -= sums[i];
    }
    for (size_t i = 0; i < count; ++i) out[i] = std::max(out[i], 0.0f);
}

}  // namespace

EntropyResult entropy(const AttentionBlock& attention, const std::function<bool()>& superseded) {
    const size_t layers = attention.layers, heads = attention.heads, queries = attention.queries,
                 keys = attention.keys;
    auto plain = std::make_shared<std::vector<float>>(layers * heads * queries);
    auto normalised = std::make_shared<std::vector<float>>(layers * heads * queries);
    std::vector<float> scale(queries);  // 1 / ln(support)
    for (size_t i = 0; i < queries; ++i) {
        const size_t support = attention.causal ? std::min(keys, i + 1) : keys;
        scale[i] = support > 1 ? static_cast<float>(1.0 / std::log(static_cast<double>(support))) : 0.0f;
    }
    const bool done = share_out_layers(layers, heads * queries * keys, superseded, [&](size_t l) {
        const float* weights = attention.layer_weights[l]->data();
        float* out = plain->data() + l * heads * queries;
        row_entropies(weights, heads * queries, keys, out);
        for (size_t row = 0; row < heads * queries; ++row)
            (*normalised)[l * heads * queries + row] = out[row] * scale[row % queries];
    });
    if (!done) return {};
    const std::vector<int64_t> shape{attention.layers, attention.heads, attention.queries};
    return {{shape, std::move(plain)}, {shape, std::move(normalised)}};
}

}  // namespace weft
