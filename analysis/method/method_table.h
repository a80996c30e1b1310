// What every method is called, needs and means: the command line, the window's list and the files read this
// one table. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

enum class MethodNeeds {
    attention,  // the weights alone: there for traces too
    model,      // passes through the model
    gradients   // of the target
};

// Shape of a method's main tensor, which decides how it is drawn.
enum class MethodShape {
    head_weights,   // [L, H, Q, K]
    layer_weights,  // [L, N, N]
    weights,        // [N, N]
    head_rows,      // [L, H, N]
    heads,          // [L, H]
    tokens,         // [N]
    other
};

struct MethodRow {
    std::string name;  // of `--methods`: its tensors are this, or this, a dot and more
    std::string title;
    MethodNeeds needs = MethodNeeds::attention;
    MethodShape shape = MethodShape::other;
    bool is_signed = false;
    bool is_cheap = false;       // computed with every key; the others after a pause, or when chosen
    bool has_cross = true;       // defined for cross-attention
    std::string formula, paper;  // one line each
    std::string caution;         // what it does not mean
    std::string error;           // what its error is, where it has one: "delta", "row sums"
};

const std::vector<MethodRow>& method_table();
const MethodRow* find_method(std::string_view name);  // null: there is none
std::vector<std::string> method_names();              // in the table's order

}  // namespace weft
