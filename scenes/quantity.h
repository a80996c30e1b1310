// Which numbers a picture shows, how, and what the picture says about them. Pure; any thread.
//
//   [L, H, Q, K]  lines, one lane for each head
//   [L, N, N]     lines, one lane
//   [N, N]        lines from the first pane to the last, which stand alone: what is between is summed up
//   [L, H, N]     bars at each query; the lines are the attention's, receded
//   [L, H]        bars at the foot of each layer, one for each head; likewise
//   [N]           chips behind the words; likewise
//
// Attention, rollout and entropy are drawn as they are. Everything else is drawn relative to the largest
// |value| that is shown, which the key names. Signed numbers have a fixed zero: orange and solid above it,
// blue and dashed below it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "analysis/method/method_table.h"
#include "scenes/layout.h"
#include "scenes/theme.h"

namespace weft {

// Shares of rollout are small: its lines have the full width from a quarter on, and fade less.
constexpr float rollout_full_share = 0.25f, rollout_opacity = 0.5f;
// Most flows are nearly as large as the largest: opacity tells them apart.
constexpr float flow_opacity_power = 5.0f, flow_width = 0.7f;

// The table's; attention for a name that it does not know.
MethodShape quantity_shape(const std::string& quantity);
bool lines_are_context(const std::string& quantity);  // bars or words carry the numbers
std::string quantity_title(const std::string& quantity);

// The tensor of a method that is drawn, or null where the block does not hold it: "entropy.normalised",
// "ablation.zero", .. Its size is asserted.
const FrameTensor* drawn_tensor(const AttentionBlock& block, const std::string& method);

// The numbers of a method as they are drawn: y itself, of ablations, becomes its change. Own units; NaN: not
// computed yet.
std::vector<float> drawn_numbers(const AttentionFrame& frame, const AttentionBlock& block,
                                 const std::string& method);

// Largest |value|, not-a-numbers left out; 0 where there is none.
float largest_magnitude(std::span<const float> values);

// Fills what a plan shows: blocks, lanes, scale, bars. `previous` lends arrays that were made of the same
// tensors.
void fill_quantity(TextStackPlan& plan, const TextStackPlan* previous);

// Whether the same picture can be made of both: the numbers of the view's quantity and strip, and the target.
bool same_numbers(const AttentionFrame& a, const AttentionFrame& b, const ViewState& view);

// What the key at the foot of the picture says.
struct QuantityLegend {
    std::string method;              // "attention weight"
    std::string unit;                // "share of the query's weight, 0 to 1"
    std::string width;               // "width = √weight"
    std::array<float, 3> samples{};  // weights, as drawn, whose lines the key shows
    float scale = 1.0f;              // of the samples: their numbers
    float full_weight = 1.0f;        // the weight that has the full width; 0.5 from 97 tokens on
    float opacity_power = 1.0f;      // of the lines' opacity
    bool by_bars = false;            // bars or words carry the number, lines are context
    bool is_signed = false;
};

QuantityLegend legend(const ViewState& view, const TextStackPlan& plan);

// "y = logit of “cat” at 5: 7.31"; "" where nothing is explained.
std::string explained_text(const AttentionFrame& frame);

// Three digits that count, with a proper minus.
std::string number_text(float number);
// A weight of the lines in the quantity's own units; as many decimals as `decimals` where it is a share;
// "?" where there is none.
std::string weight_text(const TextStackPlan& plan, float weight, int decimals);

// Of signed numbers: above and below zero, the same in every lane.
glm::vec4 positive_color(const Theme& theme);
glm::vec4 negative_color(const Theme& theme);

// [L, H, N]: in each lane, ending at the query's pane; 92 % of the gap = ln(support), or the largest.
// [L, H]: one for each head side by side in its gap, upwards from the foot, or downwards from it below zero.
void add_quantity_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                       const ViewState& view, const ViewMotion& motion);

}  // namespace weft
