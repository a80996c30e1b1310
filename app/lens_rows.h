// What the model would answer if it ended behind each layer, at one row (METHODS "Logit lens"). Pure.
#pragma once

#include <string>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

struct LensRow {
    int layer = -1;    // whose output it is; -1: what enters the first layer
    int64_t id = -1;   // of the most probable token or class
    std::string text;  // its name where the frame knows it, else its number
    double probability = 0;
};

// Of the block's `logit_lens.token` and `.probability`, [L + 1, N] or [L + 1]; `row` out of range: the last.
// Empty without them.
std::vector<LensRow> lens_rows(const AttentionFrame& frame, const AttentionBlock& block, int row);

}  // namespace weft
