// Layers of which one head would do: the collapse of heads in this text. Pure.
#pragma once

#include <string>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

struct Collapse {
    int layer = 0;
    double mean_distance = 0;  // nats, over the pairs of its heads
};

// Layers whose mean distance between heads is below collapse_bound (analysis/method/head_distance.h). A layer
// of one head has nothing to compare.
std::vector<Collapse> collapsed_layers(const AttentionBlock& block);

// "layer 5: its heads attend alike, mean distance 0.013 nats, bound 0.02".
std::string collapse_text(const Collapse& collapse);

// "layers 3, 5: their heads attend alike"; "" for none.
std::string collapse_summary(const std::vector<Collapse>& collapsed);

}  // namespace weft
