#include "analysis/method/rollout.h"

#include <algorithm>

#include "analysis/method/method_kernels.h"
#include "analysis/method/residual_layers.h"

namespace weft {

FrameTensor rollout(const AttentionBlock& attention, const RolloutOptions& options,
                    const std::function<bool()>& superseded) {
    check_rollout_options(attention, options, "rollout");
    const size_t size = attention.keys, entries = size * size, layers = attention.layers;
    auto result = std::make_shared<std::vector<float>>(layers * entries, 0.0f);
    for (size_t l = 0; l < layers; ++l) {
        if (superseded && superseded()) return {};
        float* out = result->data() + l * entries;
        if (l < static_cast<size_t>(options.first_layer)) {
            for (size_t i = 0; i < size; ++i) out[i * size + i] = 1.0f;
            continue;
        }
        const std::vector<float> step = residual_layer(attention, options, l);
        if (l == static_cast<size_t>(options.first_layer))
            std::copy(step.begin(), step.end(), out);
        else
            method_kernels().multiply(step.data(), out - entries, out, size);
    }
    const int64_t n = attention.keys;
    return {{attention.layers, n, n}, std::move(result)};
}

}  // namespace weft
