// The lines under the pointer, of those that are drawn.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "scenes/focus_lines.h"
#include "scenes/level_of_detail.h"
#include "scenes/line_picking.h"
#include "scenes/picker.h"
#include "scenes/plan_memory.h"
#include "scenes/quantity.h"

namespace weft {

namespace {

struct Box {
    glm::vec2 min{PickHit::far_px}, max{-PickHit::far_px};
    void include(const glm::vec2& p) {
        min = glm::min(min, p);
        max = glm::max(max, p);
    }
    bool has(const glm::vec2& p, float margin) const {
        return p.x >= min.x - margin && p.y >= min.y - margin && p.x <= max.x + margin &&
               p.y <= max.y + margin;
    }
};

// False where any of the points is behind the eye: then the box says nothing.
template <typename Points>
bool bound(const Picker& picker, const Points& points, Box& box) {
    for (const glm::vec3& point : points) {
        const glm::vec3 p = picker.project(point);
        if (p.z <= near_plane_u) return false;
        box.include(glm::vec2(p));
    }
    return true;
}

// What the focus set has of a layer in full; none: its lines at rest can be meant.
std::optional<FlowSelection> focus_selection(const Picker& picker, int layer) {
    const LayerPlan& own = picker.plan.layers[static_cast<size_t>(layer)];
    const Emphasis& emphasis = picker.emphasis;
    FlowSelection selection;
    const SegmentFilter& segments = picker.plan.segments;
    selection.row_mask = segments.query_mask;
    selection.column_mask = picker.plan.view.sinks == SinkMode::lines ? segments.key_mask : own.sink_mask;
    const auto only = [&](const Focus& focus) {
        selection.threshold = focus_threshold(picker.plan, focus);
        if (focus.head >= 0) selection.only_slice = focus.head;
        return selection;
    };
    if (picker.inside_a_head()) {
        Focus head;
        head.kind = FocusKind::head;
        head.layer = emphasis.inside_layer;
        head.head = emphasis.inside_head;
        return layer == head.layer ? std::optional(only(head)) : std::nullopt;
    }
    const Focus& focus = emphasis.focus;
    if (emphasis.focus_amount < 0.5f || focus.layer != layer) return std::nullopt;
    if (focus.kind == FocusKind::token) {
        selection.slice_mask = own.selection.slice_mask;
        selection.column_mask = segments.key_mask;  // in focus, sinks come back as lines
        (focus.by_key ? selection.only_column : selection.only_row) = focus.by_key ? focus.key : focus.query;
        return only(focus);
    }
    return focus.kind == FocusKind::head ? std::optional(only(focus)) : std::nullopt;
}

// The strongest line between two blocks in one head: what their block line mostly is.
DrawnLine strongest_between(const TextStackPlan& plan, int layer, const DrawnLine& blocks) {
    const WeightBlock& weights = plan.blocks[static_cast<size_t>(layer)];
    const auto tokens = static_cast<uint32_t>(plan.tokens_per_block);
    const auto& sinks = plan.layers[static_cast<size_t>(layer)].sink_keys;
    DrawnLine strongest{blocks.slice, blocks.row * tokens, blocks.column * tokens};
    float most = -1.0f;
    for (uint32_t i = blocks.row * tokens; i < std::min((blocks.row + 1) * tokens, weights.rows); ++i)
        for (uint32_t j = blocks.column * tokens; j < std::min((blocks.column + 1) * tokens, weights.columns);
             ++j) {
            const size_t row = size_t{blocks.slice} * weights.rows + i;
            const float weight = std::abs((*weights.values)[row * weights.columns + j]);
            if (sinks[j] || weight <= most || plan.segments.leaves_out(i, j)) continue;
            most = weight;
            strongest = {blocks.slice, i, j};
        }
    return strongest;
}

void search_lines_of(const Picker& picker, int layer, PickHit& hit) {
    const TextStackPlan& plan = picker.plan;
    const Camera& eye = picker.eye;
    const LayerDetail detail = layer_detail(plan, picker.layout, eye, picker.viewport, layer);
    std::vector<FlowBatch> batches;
    if (const std::optional<FlowSelection> focus = focus_selection(picker, layer)) {
        batches.push_back(layer_batch(plan, picker.layout, plan.view, picker.motion, layer));
        batches.back().selection = *focus;
        const bool is_head = picker.inside_a_head() || picker.emphasis.focus.kind == FocusKind::head;
        if (is_head) narrow_to_rows(batches.back(), plan, picker.layout);
    } else {
        batches = resting_batches(plan, picker.layout, plan.view, picker.motion, detail, layer);
        // On the way from blocks to tokens those are meant that are seen better.
        if (plan.near)
            std::erase_if(batches, [&](const FlowBatch& batch) {
                return (batch.block < plan.blocks.size()) != (detail.near > 0.5f);
            });
    }
    for (const FlowBatch& batch : batches) {
        const WeightBlock& block = picker.block(batch.block);
        LineHit line;
        pick_line(batch, block, *plan.memory->lines(block, batch.selection), picker.camera, picker.viewport,
                  picker.pointer, reach_px * picker.scale, line);
        if (!line.found) continue;
        const bool is_merged = batch.block >= plan.blocks.size();
        const DrawnLine met = is_merged ? strongest_between(plan, layer, line.line) : line.line;
        Focus edge;
        edge.kind = FocusKind::edge;
        edge.layer = layer;
        edge.head = static_cast<int>(met.slice);
        edge.query = static_cast<int>(met.row), edge.key = static_cast<int>(met.column);
        hit.take(edge, line.distance_px, line.depth_u);
    }
}

}  // namespace

void search_lines(const Picker& picker, PickHit& hit) {
    if (lines_are_context(picker.plan.view.quantity)) return;
    for (int layer = 0; layer < picker.layout.layers; ++layer) {
        if (picker.inside_a_head() && layer != picker.emphasis.inside_layer) continue;
        std::array<glm::vec3, 8> corners;
        const auto keys = picker.layout.key_pane_corners(layer),
                   queries = picker.layout.pane_corners(layer + 1);
        std::copy(keys.begin(), keys.end(), corners.begin());
        std::copy(queries.begin(), queries.end(), corners.begin() + 4);
        Box box;
        if (bound(picker, corners, box) && !box.has(picker.pointer, reach_px * picker.scale)) continue;
        search_lines_of(picker, layer, hit);
    }
}

bool is_selected_line(const FlowSelection& selection, const WeightBlock& block, int lane, int query,
                      int key) {
    const size_t row = static_cast<size_t>(lane) * block.rows + static_cast<size_t>(query);
    const float value = std::abs((*block.values)[row * block.columns + static_cast<size_t>(key)]);
    const auto bit = [](const std::vector<uint32_t>& mask, int index) {
        return (mask[static_cast<size_t>(index) / 32u] >> (static_cast<uint32_t>(index) % 32u) & 1u) != 0;
    };
    if (value < selection.threshold) return false;
    if (selection.row_thresholds && value < (*selection.row_thresholds)[row]) return false;
    if (selection.slice_mask && !bit(*selection.slice_mask, lane)) return false;
    if (selection.row_mask && bit(*selection.row_mask, query)) return false;
    if (selection.column_mask && bit(*selection.column_mask, key)) return false;
    if (selection.band >= 0 && std::abs(query - key) <= selection.band) return false;
    if (selection.only_slice >= 0 && selection.only_slice != lane) return false;
    if (selection.only_row >= 0 && selection.only_row != query) return false;
    return selection.only_column < 0 || selection.only_column == key;
}

}  // namespace weft
