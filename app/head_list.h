// All heads of one attention with the numbers that were computed of each, as the table of the panel shows and
// sorts them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/method_options.h"

namespace weft {

// What a quantity does not hold is not a number, and is written as a dash.
struct HeadListRow {
    int layer = 0, head = 0;
    double entropy = 0;     // nats, mean over query rows
    double importance = 0;  // |sum over rows <dy/dctx, ctx>|, in units of y
    double distance = 0;    // of attention: mean over query rows, in tokens or pixels
    std::string
        pattern;  // the name if it exceeds uniform attention by enough, else that of the greatest excess
    double excess = 0;  // of that pattern over uniform attention
    bool is_named = false;
    std::optional<HeadAblation> ablation;
};

std::vector<HeadListRow> head_list(const AttentionBlock& block, const std::vector<HeadAblation>& ablations);

enum class HeadColumn { name, entropy, importance, pattern, distance };
const std::vector<std::string>& head_column_names();  // as commands spell them, in the enum's order

// Stable; what is not a number comes last in both directions. By pattern: by name, then by excess.
void sort_heads(std::vector<HeadListRow>& rows, HeadColumn column, bool descending);

}  // namespace weft
