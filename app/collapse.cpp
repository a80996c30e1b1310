#include "app/collapse.h"

#include <cstdio>

#include "analysis/method/head_distance.h"
#include "app/quantity_values.h"

namespace weft {

std::vector<Collapse> collapsed_layers(const AttentionBlock& block) {
    std::vector<Collapse> collapsed;
    const FrameTensor* within = find_quantity(block, "head_distance.within");
    const size_t size = size_t{block.layers} * block.heads * block.heads;
    if (!within || within->values->size() != size || block.heads < 2) return collapsed;
    const std::vector<double> spread = layer_spread(*within);
    for (size_t l = 0; l < spread.size(); ++l)
        if (spread[l] < collapse_bound) collapsed.push_back({static_cast<int>(l), spread[l]});
    return collapsed;
}

std::string collapse_text(const Collapse& collapse) {
    char text[120];
    std::snprintf(text, sizeof text, "layer %d: its heads attend alike, mean distance %.3f nats, bound %.2g",
                  collapse.layer, collapse.mean_distance, collapse_bound);
    return text;
}

}  // namespace weft
