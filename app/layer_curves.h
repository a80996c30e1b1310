// One number for each layer, to be drawn over the layers. Pure.
#pragma once

#include <string>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

// Of a value for each head: the mean over a layer's heads, and its least and greatest.
struct LayerCurve {
    std::vector<double> mean, low, high;  // [L]
    bool is_empty() const { return mean.empty(); }
};
// `name`: a quantity [L, H, N] or [L, H]; the mean over the last dimension is a head's value.
LayerCurve curve_over_heads(const AttentionBlock& block, const std::string& name);
// Mean over queries of what layer l's rows of rollout [L, N, N] give to the first token, [L]; empty without
// it.
std::vector<double> rollout_on_first(const AttentionBlock& block);
// Mean over heads and queries of the weight on the first key, [L].
std::vector<double> attention_on_first(const AttentionBlock& block);

}  // namespace weft
