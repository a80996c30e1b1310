#include "scenes/flow_lines.h"

#include <algorithm>
#include <cmath>

#include "scenes/easing.h"
#include "scenes/near_lines.h"
#include "scenes/quantity.h"
#include "scenes/transition.h"
#include "scenes/wave.h"

namespace weft {
namespace {

constexpr float handle_part = 0.5f;        // of the gap
constexpr float long_handle_part = 0.12f;  // of a gap as long as the stack: no corners where lines bend
constexpr float dash_pitch_u = 0.36f;
constexpr float flow_least_opacity = 0.1f, joined_width_rows = 0.7f;
constexpr int wide_from_tokens = 97;
constexpr float near_width_rows = 2.5f;
constexpr double ease_s = 0.3;

float smooth(double x) {
    return static_cast<float>(smoothstep5(x));
}

// While a wave runs every line has the pulse's base opacity; it comes and goes softly.
float wave_opacity(double wave_s, int layers, float base) {
    const double left_s = wave_duration_s(layers) - wave_s;
    return 1.0f - (1.0f - base) * smooth(wave_s / ease_s) * smooth(left_s / ease_s);
}

void set_pulse(FlowBatch& batch, double wave_s, int layer, int layers) {
    const float opacity = wave_opacity(wave_s, layers, batch.pulse_base);
    const double phase = wave_s / wave_layer_s(layers) - layer;
    if (phase < 0.0 || phase > 1.0) {
        batch.opacity_scale *= opacity;
        return;
    }
    // The bead enters and leaves a line softly.
    const double sigma = static_cast<double>(batch.pulse_sigma);
    const float bead = smooth(phase / sigma) * smooth((1.0 - phase) / sigma);
    batch.pulse_phase = static_cast<float>(phase);
    batch.pulse_base = opacity;
    batch.pulse_gain *= bead;
    batch.pulse_white *= bead;
}

// Where the eye stands along the lanes, in lanes; folded lanes have no sides: as from the front.
float eye_lane(const TextStackLayout& layout, const Camera& camera) {
    if (layout.lane_pitch <= 0.0f) return -1.0f;
    return glm::dot(camera.eye(), layout.lane_axis) / layout.lane_pitch +
           0.5f * static_cast<float>(layout.lanes - 1);
}

std::shared_ptr<const std::vector<glm::vec4>> with_lane_opacity(const std::vector<glm::vec4>& colors,
                                                                const Emphasis& emphasis, int layer,
                                                                float eye) {
    auto result = std::make_shared<std::vector<glm::vec4>>(colors);
    for (size_t h = 0; h < result->size(); ++h)
        (*result)[h].a *= emphasis.lane_opacity(layer, static_cast<int>(h), eye);
    return result;
}

}  // namespace

// One lane alone may still be a model's only head.
bool lanes_are_heads(const TextStackPlan& plan) {
    const MethodShape shape = quantity_shape(plan.view.quantity);
    return shape != MethodShape::layer_weights && shape != MethodShape::weights;
}

float line_width_u(const Theme& theme, int tokens) {
    return tokens >= wide_from_tokens ? theme.line_width_u * std::sqrt(2.0f) : theme.line_width_u;
}

std::shared_ptr<const std::vector<glm::vec4>> lane_colors(const TextStackPlan& plan, const ViewState& view) {
    if (plan.has_signed_lines()) return plus_colors(view.theme, plan.lanes);
    return plan.lanes == 1 && !lanes_are_heads(plan) ? drawn_colors(view.theme, plan.lanes)
                                                     : head_colors(view.theme, plan.lanes, view.palette);
}

float line_width_u(const TextStackPlan& plan, const TextStackLayout& layout, const Theme& theme) {
    float width = line_width_u(theme, layout.tokens);
    if (plan.view.quantity == "rollout") width /= std::sqrt(rollout_full_share);
    if (plan.view.quantity == "flow") width *= flow_width;
    // Lines that run side by side from end to end leave something between them.
    const float row = layout.token_pitch * static_cast<float>(plan.tokens_per_block);
    return plan.joins_ends ? std::min(width, joined_width_rows * row) : width;
}

FlowBatch layer_batch(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                      const ViewMotion& motion, int layer) {
    const Theme& colors = theme(view.theme);
    FlowBatch batch;
    batch.block = static_cast<uint32_t>(layer);
    const LayerPlan& own = plan.layers[static_cast<size_t>(layer)];
    batch.selection = own.selection;
    if (plan.near) {
        batch.selection = {};
        batch.selection.threshold = own.threshold;
        batch.selection.slice_mask = own.selection.slice_mask;
        batch.selection.column_mask = own.sink_mask;
        batch.selection.row_mask = plan.segments.query_mask;
    }
    batch.source_origin = layout.key_position(layer, 0, 0);
    batch.target_origin = layout.query_position(layer, 0, 0);
    batch.source_slice_step = batch.target_slice_step = layout.lane_step();
    batch.source_column_step = batch.target_row_step = layout.token_step();
    batch.axis = layout.layer_axis;
    batch.handle_u = (plan.joins_ends ? long_handle_part : handle_part) * layout.gap_u(layer);
    batch.width_u = line_width_u(plan, layout, colors);
    batch.min_px = colors.line_min_px;
    batch.max_px = colors.line_max_px;
    batch.opacity_power = colors.opacity_power;
    batch.opacity_min = colors.opacity_min;
    batch.opacity_max = colors.opacity_max;
    if (plan.view.quantity == "rollout") batch.opacity_power *= rollout_opacity;
    if (plan.view.quantity == "flow") {
        batch.opacity_power = flow_opacity_power;
        batch.opacity_min = colors.dark ? batch.opacity_min : flow_least_opacity;
    }
    batch.slice_colors = lane_colors(plan, view);
    if (plan.has_signed_lines()) {
        batch.negative_color = negative_color(colors);
        batch.negative_dashes = std::max(std::round(layout.gap_u(layer) / dash_pitch_u), 3.0f);
    }
    const int in_pass = layout.layers_before + layer;
    batch.grow = std::clamp(
        motion.grow * static_cast<float>(layout.pass_layers) - static_cast<float>(in_pass), 0.0f, 1.0f);
    if (view.motion && !view.reduced_motion && motion.wave_s >= 0.0f)
        set_pulse(batch, static_cast<double>(motion.wave_s), in_pass, layout.pass_layers);
    return batch;
}

namespace {

// What one token reads in every layer; its sinks are in the ledger alone.
void add_lines_along(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                     const ViewState& view, const ViewMotion& motion) {
    for (int l = 0; l < layout.layers; ++l) {
        const LayerPlan& layer = plan.layers[static_cast<size_t>(l)];
        FlowBatch batch = layer_batch(plan, layout, view, motion, l);
        batch.selection.threshold = focus_line_weight;
        batch.selection.row_thresholds = nullptr;
        batch.selection.column_mask = layer.sink_mask;
        batch.selection.band = -1;
        batch.selection.only_row = motion.along_token;
        batch.opacity_scale *= motion.along;
        list.flows.push_back(std::move(batch));
    }
}

}  // namespace

bool is_along(const TextStackLayout& layout, const ViewMotion& motion) {
    return motion.along > 0.0f && motion.along_token >= 0 && motion.along_token < layout.queries;
}

namespace {

// A layer's batch of block lines: from the middle of a block to the middle of another.
FlowBatch block_batch(const TextStackPlan& plan, const TextStackLayout& layout, int layer, FlowBatch batch) {
    const auto tokens = static_cast<float>(plan.tokens_per_block);
    const glm::vec3 to_middle = layout.token_step() * (0.5f * (tokens - 1.0f));
    batch.block = static_cast<uint32_t>(plan.blocks.size()) + static_cast<uint32_t>(layer);
    batch.selection = plan.layers[static_cast<size_t>(layer)].selection;
    batch.source_origin += to_middle;
    batch.target_origin += to_middle;
    batch.source_column_step *= tokens;
    batch.target_row_step *= tokens;
    return batch;
}

FlowBatch sinks_of(const TextStackPlan& plan, ThemeName name, int layer, FlowBatch batch) {
    if (batch.block >= plan.blocks.size())
        batch.block += static_cast<uint32_t>(plan.blocks.size());  // merged_sinks
    else
        batch.selection.column_mask = plan.layers[static_cast<size_t>(layer)].other_mask;
    batch.selection.band = -1;
    batch.slice_colors = sink_colors(name, plan.lanes);
    return batch;
}

}  // namespace

void narrow_to_rows(FlowBatch& batch, const TextStackPlan& plan, const TextStackLayout& layout) {
    if (plan.near) batch.width_u = std::min(batch.width_u, near_width_rows * layout.token_pitch);
}

std::vector<FlowBatch> resting_batches(const TextStackPlan& plan, const TextStackLayout& layout,
                                       const ViewState& view, const ViewMotion& motion,
                                       const LayerDetail& detail, int layer) {
    const LayerPlan& own = plan.layers[static_cast<size_t>(layer)];
    std::vector<FlowBatch> batches;
    const auto add = [&](FlowBatch batch, float amount) {
        if (amount <= 0.0f) return;
        batch.opacity_scale *= amount;
        batch.least_px = least_line_px;
        batch.width_u *= detail.width;
        batch.selection.threshold = std::max(batch.selection.threshold, detail.least_weight);
        batches.push_back(batch);
        if (view.sinks == SinkMode::lines && own.sink_mask)
            batches.push_back(sinks_of(plan, view.theme, layer, std::move(batch)));
    };
    FlowBatch batch = layer_batch(plan, layout, view, motion, layer);
    if (!plan.near) {
        if (own.lines > 0) add(std::move(batch), 1.0f);
        return batches;
    }
    if (detail.near > 0.0f) batch.selection = plan.near->layer(layer).selection;
    add(block_batch(plan, layout, layer, batch), 1.0f - detail.near);
    add(std::move(batch), detail.near);
    return batches;
}

void add_former_lines(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                      const ViewState& view, const ViewMotion& motion, const Camera& camera,
                      const Viewport& viewport) {
    const TextStackPlan* goes = former_of(plan, motion);
    if (!goes || motion.former_lines <= 0.0f) return;
    const TextStackPlan& former = *goes;
    if (motion.focus > 0.0f || motion.inside > 0.0f || is_along(layout, motion)) return;
    if (lines_are_context(former.view.quantity)) return;
    const auto first_block = static_cast<uint32_t>(list.blocks.size());
    for (const auto* blocks : {&former.blocks, &former.merged_blocks, &former.merged_sinks})
        list.blocks.insert(list.blocks.end(), blocks->begin(), blocks->end());
    ViewMotion still = motion;
    still.wave_s = -1.0f;
    for (int l = 0; l < layout.layers; ++l) {
        const LayerDetail detail = layer_detail(former, layout, camera, viewport, l);
        for (FlowBatch& batch : resting_batches(former, layout, view, still, detail, l)) {
            batch.block += first_block;
            batch.opacity_scale *= motion.former_lines;
            list.flows.push_back(std::move(batch));
        }
    }
}

void add_flow_lines(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                    const ViewState& view, const ViewMotion& motion, const Camera& camera,
                    const Viewport& viewport) {
    if (plan.blocks.empty()) return;
    const Theme& colors = theme(view.theme);
    const Emphasis emphasis = make_emphasis(plan, motion);
    const float eye = eye_lane(layout, camera);
    const bool bars_only = lines_are_context(plan.view.quantity);
    const bool along = is_along(layout, motion);
    if (along) add_lines_along(list, plan, layout, view, motion);
    const float others = along ? 1.0f - motion.along : 1.0f;
    if (others <= 0.0f) return;
    for (int l = 0; l < layout.layers; ++l) {
        const LayerDetail detail = layer_detail(plan, layout, camera, viewport, l);
        const bool one_head = emphasis.shows_one_head(l);
        const float receded = bars_only ? 1.0f : emphasis.receded(l);
        for (FlowBatch& batch : resting_batches(plan, layout, view, motion, detail, l)) {
            batch.opacity_scale *= others * motion.arrived;
            const float opacity = batch.opacity_scale;
            recede(batch, colors, receded);
            if (one_head) {  // its other lanes fade by lane_opacity instead
                if (!bars_only) batch.opacity_scale = opacity;
                batch.slice_colors = with_lane_opacity(*batch.slice_colors, emphasis, l, eye);
            }
            list.flows.push_back(std::move(batch));
        }
    }
}

}  // namespace weft
