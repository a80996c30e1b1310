// What a focus reads, row by row: the numbers behind labels and tooltip of a focus. Weights as the lines have
// them: times plan.scale they are the tensor's own.
#pragma once

#include <vector>

#include "scenes/text_stack.h"

namespace weft {

constexpr float focus_line_threshold = 0.03f;  // one query: all lines from here on

int shown_lanes(const TextStackPlan& plan, int layer);

// Mean over the shown lanes of the weights of one token in one layer: over keys for a query, over queries
// for a key.
std::vector<float> mean_weights(const TextStackPlan& plan, const Focus& focus);

struct StrongestLine {
    int lane = 0, other = 0;  // the key of a query, or the query of a key
    float weight = 0.0f;
};
// The `count` largest weights of one token in one layer over the shown lanes, sinks left out; descending.
std::vector<StrongestLine> strongest_lines(const TextStackPlan& plan, const Focus& focus, int count);

// Exact number of an edge; NaN where the focus names none.
float edge_weight(const TextStackPlan& plan, const Focus& focus);

}  // namespace weft
