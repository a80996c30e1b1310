#include "analysis/method/rollout.h"

#include <algorithm>

#include "analysis/method/method_kernels.h"
#include "analysis/method/residual_layers.h"
#include "analysis/method/share_out.h"

namespace weft {

FrameTensor rollout(const AttentionBlock& attention, const RolloutOptions& options,
                    const std::function<bool()>& superseded) {
    check_rollout_options(attention, options, "rollout");
    const size_t size = attention.keys, entries = size * size, layers = attention.layers;
    auto result = std::make_shared<std::vector<float>>(layers * entries, 0.0f);
    const size_t first = static_cast<size_t>(options.first_layer);
    // All S_l at once, each where its R_l will be; then layer by layer.
    const bool done = share_out_layers(layers, attention.heads * entries, superseded, [&](size_t l) {
        float* out = result->data() + l * entries;
        if (l >= first)
            std::ranges::copy(residual_layer(attention, options, l), out);
        else
            for (size_t i = 0; i < size; ++i) out[i * size + i] = 1.0f;
    });
    if (!done) return {};
    std::vector<float> step(entries);
    for (size_t l = first + 1; l < layers; ++l) {
        if (superseded && superseded()) return {};
        float* out = result->data() + l * entries;
        std::copy_n(out, entries, step.begin());
        method_kernels().multiply(step.data(), out - entries, out, size);
    }
    const int64_t n = attention.keys;
    return {{attention.layers, n, n}, std::move(result)};
}

}  // namespace weft
