// Which numbers the lines of a picture show, and what the picture says about them. Pure; any thread.
//
//   attention  lines are A[l, h, i, j], one lane for each head
//   rollout    lines are R[l, i, j] (rollout [L, N, N]), one lane; a key is then a token of the input
//   entropy    bars at each query: entropy.normalised [L, H, N]; the lines are the attention's, receded
#pragma once

#include <array>
#include <string>
#include <vector>

#include "scenes/layout.h"

namespace weft {

// Shares of rollout are small: its lines have the full width from a quarter on, and fade less.
constexpr float rollout_full_share = 0.25f, rollout_opacity = 0.5f;

// One block for each layer of the first attention block, or empty where the frame does not hold the quantity.
// `previous` lends arrays that were made for the same frame.
std::vector<WeightBlock> quantity_blocks(const AttentionFrame& frame, const ViewState& view,
                                         const TextStackPlan* previous);

// What the key at the foot of the picture says.
struct QuantityLegend {
    std::string method;              // "attention weight"
    std::string unit;                // "share of the query's weight, 0 to 1"
    std::string width;               // "width = √weight"
    std::array<float, 3> samples{};  // weights whose lines the key shows
    float full_weight = 1.0f;        // the weight that has the full width; 0.5 from 97 tokens on
    float opacity_power = 1.0f;      // of the lines' opacity
    bool by_bars = false;            // bars carry the number, lines are context
};

QuantityLegend legend(const ViewState& view, const TextStackPlan& plan);

// Bars of the entropy: in each lane, ending at the query's pane; 92 % of the gap = ln(support).
void add_entropy_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                      const ViewState& view, const ViewMotion& motion);

}  // namespace weft
