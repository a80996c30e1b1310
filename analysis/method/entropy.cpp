#include "analysis/method/entropy.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weft {
namespace {

// ln x for x > 0, normal; error below 1e-7 of max(|ln x|, x - 1). Branchless, so that the loop over a row
// runs in vector registers.
inline float fast_ln(float x) {
    const int32_t bits = std::bit_cast<int32_t>(x);
    // x = m 2^e with m in [sqrt(1/2), sqrt(2))
    const int32_t exponent = (bits - 0x3f3504f3) >> 23;
    const float m = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0f;
    const float square = m * m;
    // Cephes' logf polynomial
    float p = 7.0376836292e-2f;
    p = p * m - 1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m - 1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m - 1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m - 2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    const float e = static_cast<float>(exponent);
    return (m * square * p - 2.12194440e-4f * e - 0.5f * square) + m + 0.693359375f * e;
}

// Sums in eight lanes, so that the compiler may use vector registers without reordering ours.
float row_entropy(const float* row, size_t keys) {
    constexpr size_t lanes = 8;
    constexpr float smallest_normal = 1.17549435e-38f;  // below it x ln x is 0 in any case
    float sums[lanes] = {};
    size_t j = 0;
    for (; j + lanes <= keys; j += lanes)
        for (size_t k = 0; k < lanes; ++k) {
            const float x = row[j + k];
            sums[k] -= x * fast_ln(x < smallest_normal ? smallest_normal : x);
        }
    float sum = 0;
    for (; j < keys; ++j) sum -= row[j] * fast_ln(std::max(row[j], smallest_normal));
    for (const float lane : sums) sum += lane;
    return std::max(sum, 0.0f);
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
    for (size_t l = 0; l < layers; ++l) {
        if (superseded && superseded()) return {};
        const float* weights = attention.layer_weights[l]->data();
        for (size_t row = 0; row < heads * queries; ++row) {
            const float value = row_entropy(weights + row * keys, keys);
            (*plain)[l * heads * queries + row] = value;
            (*normalised)[l * heads * queries + row] = value * scale[row % queries];
        }
    }
    const std::vector<int64_t> shape{attention.layers, attention.heads, attention.queries};
    return {{shape, std::move(plain)}, {shape, std::move(normalised)}};
}

}  // namespace weft
