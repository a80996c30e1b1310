// Attention as flow lines: one batch for each layer, all in the theme's laws of width and opacity. Pure; any
// thread.
#pragma once

#include "scenes/focus_lines.h"
#include "scenes/layout.h"
#include "scenes/level_of_detail.h"
#include "scenes/theme.h"

namespace weft {

// World width of a line of weight 1: the theme's, times sqrt(2) from 97 tokens on (full width at weight 0.5).
float line_width_u(const Theme& theme, int tokens);
// ... of a plan's lines, where the quantity has laws of its own.
float line_width_u(const TextStackPlan& plan, const TextStackLayout& layout, const Theme& theme);

// A batch of the lines between a layer's tokens, in its place, with pulses and growth: what every batch
// starts from. Where rows merge its selection has the layer's threshold, lanes and sinks alone.
FlowBatch layer_batch(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                      const ViewMotion& motion, int layer);

// Where rows merge, lines between tokens are narrower than elsewhere where many of them are seen at once.
void narrow_to_rows(FlowBatch& batch, const TextStackPlan& plan, const TextStackLayout& layout);

// The lines at rest of a layer as they are seen from where `detail` was asked: between tokens, between
// blocks, or both on the way from one to the other; those to sinks apart, where the view shows them.
std::vector<FlowBatch> resting_batches(const TextStackPlan& plan, const TextStackLayout& layout,
                                       const ViewState& view, const ViewMotion& motion,
                                       const LayerDetail& detail, int layer);

// The lanes' colours: heads, or the one colour of rollout. The same array for equal arguments.
std::shared_ptr<const std::vector<glm::vec4>> lane_colors(const TextStackPlan& plan, const ViewState& view);

// Whether all but the lines into one token of the stack have gone, or are going.
bool is_along(const TextStackLayout& layout, const ViewMotion& motion);

// Of what was shown before, while it fades: motion.former's lines at rest, in the rows of `layout`. Nothing
// where something has the focus.
void add_former_lines(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                      const ViewState& view, const ViewMotion& motion, const Camera& camera,
                      const Viewport& viewport);

// All layers at rest or receded, sinks as grey lines where the view asks for them.
void add_flow_lines(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                    const ViewState& view, const ViewMotion& motion, const Camera& camera,
                    const Viewport& viewport);

}  // namespace weft
