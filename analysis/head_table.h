// One row of plain numbers per attention head, for `weft analyze` tables. Pure, any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

struct HeadRow {
    uint32_t layer = 0, head = 0;
    double entropy = 0;             // mean over query rows, nats
    double entropy_normalised = 0;  // mean over query rows, of what the mask leaves
    double max_weight = 0;          // largest weight
    double mean_max_weight = 0;     // mean over query rows of the row's largest weight
    double self = 0;                // mean A[i, i]; 0 for cross-attention
    double first = 0;               // mean A[i, 0] over i > 0
    double max_row_sum_error = 0;   // largest |row sum - 1|
};

std::vector<HeadRow> head_table(const AttentionBlock& attention);  // [L * H], layer by layer

}  // namespace weft
