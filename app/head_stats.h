// The numbers beside a head's matrix. Pure.
#pragma once

#include <cstdint>

#include "scenes/text_stack.h"

namespace weft {

// Of the whole head, but for `kept` and `lines`.
struct HeadStats {
    double to_sinks = 0.0;      // mean over queries of the weight that sink keys take
    double mean_entropy = 0.0;  // nats, mean over queries, 0 ln 0 = 0
    double kept = 1.0;          // of the head's weight, what a segment filter keeps
    uint64_t lines = 0;         // that the selection draws
    float threshold = 0.0f;     // of its layer
};

// `slice`: the head, 0 for quantities with one lane.
HeadStats head_stats(const TextStackPlan& plan, int layer, int slice);

// The test that FlowSelection defines (renderer/draw_list.h), for one entry.
bool is_drawn(const FlowSelection& selection, const WeightBlock& block, uint32_t slice, uint32_t row,
              uint32_t column);

}  // namespace weft
