// Attention as flow lines: one batch for each layer, all in the theme's laws of width and opacity. Pure; any
// thread.
#pragma once

#include "scenes/focus_lines.h"
#include "scenes/layout.h"
#include "scenes/theme.h"

namespace weft {

// World width of a line of weight 1: the theme's, times sqrt(2) from 97 tokens on (full width at weight 0.5).
float line_width_u(const Theme& theme, int tokens);

// A batch of the layer's lines at rest, in its place, with pulses and growth: what every batch starts from.
FlowBatch layer_batch(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                      const ViewMotion& motion, int layer);

// The lanes' colours: heads, or the one colour of rollout. The same array for equal arguments.
std::shared_ptr<const std::vector<glm::vec4>> lane_colors(const TextStackPlan& plan, ThemeName name);

// All layers at rest or receded, sinks as grey lines where the view asks for them.
// Whether all but the lines into one token of the stack have gone, or are going.
bool is_along(const TextStackLayout& layout, const ViewMotion& motion);

void add_flow_lines(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                    const ViewState& view, const ViewMotion& motion, const Camera& camera);

}  // namespace weft
