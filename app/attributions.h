// What each method of a frame attributes to the tokens, for the one row that the target is read from: the
// vectors that are compared by rank. Pure.
#pragma once

#include <string>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

// The row of matrices over tokens that speaks of the target.
struct TargetRow {
    int row = -1;      // -1: the mean over all rows
    std::string text;  // "row 5, of the target", "mean over all rows: ..."
};
// Of a token or of one position's state: its own row. Of a class: the first row, the last of a causal block.
// Of the mean of all states, or where there is no target: the mean over rows.
TargetRow target_row(const AttentionFrame& frame, const AttentionBlock& block);

struct Attribution {
    std::string name;            // of the method
    std::string of;              // what was taken of it: "last layer, sum over heads"
    std::vector<double> values;  // [K]
};
// Of all methods that the block holds, in the order of the table of methods. Matrices of layers: the last
// layer's. Matrices of heads: the sum over heads. token_ablation: y minus y without the token.
std::vector<Attribution> attributions(const AttentionFrame& frame, const AttentionBlock& block,
                                      const TargetRow& row);

}  // namespace weft
