#include "scenes/collapse.h"

#include <algorithm>
#include <cstdio>

#include "analysis/method/head_distance.h"

namespace weft {

std::vector<Collapse> collapsed_layers(const AttentionBlock& block) {
    std::vector<Collapse> collapsed;
    const auto within = block.quantities.find("head_distance.within");
    if (within == block.quantities.end() || !within->second.values || block.heads < 2) return collapsed;
    if (within->second.values->size() != size_t{block.layers} * block.heads * block.heads) return collapsed;
    const std::vector<double> spread = layer_spread(within->second);
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

std::string collapse_summary(const std::vector<Collapse>& collapsed) {
    if (collapsed.empty()) return "";
    constexpr size_t most = 4;
    std::string text = collapsed.size() == 1 ? "layer " : "layers ";
    for (size_t i = 0; i < std::min(collapsed.size(), most); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(collapsed[i].layer);
    if (collapsed.size() > most) text += " and " + std::to_string(collapsed.size() - most) + " more";
    return text + (collapsed.size() == 1 ? ": its heads attend alike" : ": their heads attend alike");
}

}  // namespace weft
