// What has the focus is drawn once more, in full, over a context that recedes. Pure; any thread.
#pragma once

#include "scenes/layout.h"
#include "scenes/theme.h"

namespace weft {

constexpr float focus_line_weight = 0.03f;  // a query, a key
constexpr float head_line_weight = 0.02f;   // a whole head

// `focus` if the plan has such a layer, head and token (a text that is being typed loses some), else none.
Focus valid_focus(const TextStackPlan& plan, const Focus& focus);

// Least weight of the lines in the focus set: the numbers above, or the layer's own threshold where that is
// lower.
float focus_threshold(const TextStackPlan& plan, const Focus& focus);

// How one layer and its lanes stand back behind the focus; 0: at rest.
struct Emphasis {
    Focus focus;                // valid, or none
    float focus_amount = 0.0f;  // 0..1
    Focus former;               // likewise, that the focus comes from
    float followed = 1.0f;      // how far
    int inside_layer = -1, inside_head = -1;
    float inside_amount = 0.0f;
    float elsewhere = 0.0f;  // as in ViewMotion

    float receded(int layer) const;
    // How much a pane is lit because what has the focus reads from it or stands on it, 0..1.
    float light(int pane) const;
    // Opacity of a lane of a layer whose one head is shown: in front 0, behind 0.1, that head itself 0 (it is
    // drawn by the focus set). `eye_lane`: where the eye stands along the lanes, in lanes.
    float lane_opacity(int layer, int lane, float eye_lane) const;
    bool shows_one_head(int layer) const;
};
Emphasis make_emphasis(const TextStackPlan& plan, const ViewMotion& motion);

// Receding: 75 % to grey, width x 0.7, opacity x 0.17.
void recede(FlowBatch& batch, const Theme& theme, float amount);

// Lines and dots of the focus set and of the hovered line.
void add_focus_lines(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                     const ViewState& view, const ViewMotion& motion);

}  // namespace weft
