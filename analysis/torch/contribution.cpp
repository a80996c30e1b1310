#include "analysis/torch/contribution.h"

#include <algorithm>

#include "analysis/frame_tensors.h"
#include "analysis/torch/finite.h"

namespace weft::torch_part {

namespace {

// What the context of an ablated head is the sum of: [Q, K].
void ablate(float* weights, int64_t queries, int64_t keys, bool to_mean) {
    if (!to_mean) {
        std::fill_n(weights, queries * keys, 0.0f);
        return;
    }
    for (int64_t j = 0; j < keys; ++j) {
        double mean = 0;
        for (int64_t i = 0; i < queries; ++i) mean += weights[i * keys + j];
        for (int64_t i = 0; i < queries; ++i)
            weights[i * keys + j] = static_cast<float>(mean / static_cast<double>(queries));
    }
}

}  // namespace

FrameTensor contribution(StackForward& forward, const AttentionBlock& block,
                         const std::vector<HeadAblation>& ablations, const std::function<bool()>& stop) {
    const int64_t queries = block.queries, keys = block.keys;
    auto norms = std::make_shared<std::vector<float>>(static_cast<size_t>(block.layers * queries * keys));
    std::vector<float> used;
    for (int64_t layer = 0; layer < block.layers; ++layer) {
        const std::vector<float>* weights = block.layer_weights[static_cast<size_t>(layer)].get();
        for (const HeadAblation& ablation : ablations) {
            if (ablation.kind != block.kind || ablation.layer != layer) continue;
            if (weights != &used) used = *weights;
            weights = &used;
            ablate(used.data() + ablation.head * queries * keys, queries, keys, ablation.to_mean);
        }
        forward.write_contribution(layer, block.kind == AttentionKind::cross, weights->data(), queries, keys,
                                   norms->data() + layer * queries * keys);
        if (stop && stop()) return {};
    }
    check_finite(*norms, "\"contribution" + std::string(stack_suffix(block.kind)) + "\"");
    return {{block.layers, queries, keys}, std::move(norms)};
}

bool add_contribution(StackForward& forward, AttentionBlock& block,
                      const std::vector<HeadAblation>& ablations, const std::function<bool()>& stop) {
    FrameTensor norms = contribution(forward, block, ablations, stop);
    if (!norms.values) return false;
    block.quantities["contribution"] = std::move(norms);
    return true;
}

}  // namespace weft::torch_part
