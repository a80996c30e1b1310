#include "app/layer_curves.h"

#include <algorithm>
#include <span>

#include "app/quantity_values.h"

namespace weft {

LayerCurve curve_over_heads(const AttentionBlock& block, const std::string& name) {
    LayerCurve curve;
    const std::vector<double> heads = head_means(block, name);
    if (heads.empty()) return curve;
    for (uint32_t l = 0; l < block.layers; ++l) {
        const auto layer = std::span(heads).subspan(size_t{l} * block.heads, block.heads);
        double sum = 0.0;
        for (const double value : layer) sum += value;
        curve.mean.push_back(sum / static_cast<double>(layer.size()));
        curve.low.push_back(*std::ranges::min_element(layer));
        curve.high.push_back(*std::ranges::max_element(layer));
    }
    return curve;
}

std::vector<double> rollout_on_first(const AttentionBlock& block) {
    std::vector<double> shares;
    const FrameTensor* rollout = find_quantity(block, "rollout");
    const size_t size = size_t{block.queries} * block.keys;
    if (!rollout || size == 0 || rollout->values->size() != size * block.layers) return shares;
    for (uint32_t l = 0; l < block.layers; ++l) {
        double sum = 0.0;
        for (uint32_t i = 0; i < block.queries; ++i)
            sum += static_cast<double>((*rollout->values)[l * size + size_t{i} * block.keys]);
        shares.push_back(sum / block.queries);
    }
    return shares;
}

std::vector<double> attention_on_first(const AttentionBlock& block) {
    std::vector<double> shares;
    if (block.keys == 0 || block.queries == 0 || block.heads == 0) return shares;
    for (const auto& weights : block.layer_weights) {
        double sum = 0.0;
        for (size_t row = 0; row < size_t{block.heads} * block.queries; ++row)
            sum += static_cast<double>((*weights)[row * block.keys]);
        shares.push_back(sum / (double(block.heads) * block.queries));
    }
    return shares;
}

}  // namespace weft
