#include <algorithm>
#include <cmath>
#include <limits>

#include "scenes/focus_rows.h"
#include "scenes/layout.h"
#include "scenes/projection.h"
#include "scenes/text_stack.h"

namespace weft {

namespace {

constexpr float row_reach_px = 9.0f, line_reach_px = 7.0f, number_reach_px = 14.0f;
constexpr int samples = 12;  // straight pieces of a line, as the pointer sees it

float distance_to_segment(glm::vec2 p, glm::vec2 a, glm::vec2 b) {
    const glm::vec2 ab = b - a;
    const float length2 = glm::dot(ab, ab);
    const float t = length2 > 0.0f ? std::clamp(glm::dot(p - a, ab) / length2, 0.0f, 1.0f) : 0.0f;
    return glm::length(p - a - ab * t);
}

struct Pick {
    Focus focus;
    float distance_px = std::numeric_limits<float>::infinity();
    void offer(const Focus& candidate, float distance) {
        if (distance >= distance_px) return;
        focus = candidate;
        distance_px = distance;
    }
};

struct Picking {
    const TextStackPlan& plan;
    const TextStackLayout& layout;
    const DrawCamera& camera;
    const Viewport& viewport;
    glm::vec2 pointer;

    glm::vec3 screen(const glm::vec3& world) const { return screen_from_world(camera, viewport, world); }
};

// Words beside the outer panes, and rows where they cross a pane.
void offer_tokens(const Picking& picking, bool out_of_key, Pick& pick) {
    const TextStackLayout& layout = picking.layout;
    for (int pane = 0; pane <= layout.layers; ++pane) {
        const bool as_key = pane == 0 || (out_of_key && pane < layout.layers);
        const int layer = as_key ? pane : pane - 1;
        for (int token = 0; token < layout.tokens; ++token) {
            const glm::vec3 a = picking.screen(layout.position(pane, 0, token));
            const glm::vec3 b = picking.screen(layout.position(pane, std::max(layout.lanes - 1, 0), token));
            if (a.z <= near_plane_u || b.z <= near_plane_u) continue;
            glm::vec2 from(a), to(b);
            if (from.x > to.x) std::swap(from, to);
            // The word belongs to its row.
            if (pane == 0) from.x -= 120.0f * picking.viewport.ui_scale;
            if (pane == layout.layers) to.x += 120.0f * picking.viewport.ui_scale;
            const float distance = distance_to_segment(picking.pointer, from, to);
            if (distance > row_reach_px * picking.viewport.ui_scale) continue;
            pick.offer({FocusKind::token, 0, layer, -1, as_key ? -1 : token, as_key ? token : -1, as_key},
                       distance);
        }
    }
}

// Lines that are drawn: over the threshold, no sink key, not folded. A line's box is tested before its curve.
void offer_edges(const Picking& picking, Pick& pick) {
    const TextStackLayout& layout = picking.layout;
    const glm::vec2 pointer = picking.pointer;
    const float reach = line_reach_px * picking.viewport.ui_scale;
    for (int layer = 0; layer < layout.layers; ++layer) {
        const WeightBlock& block = picking.plan.blocks[static_cast<size_t>(layer)];
        const LayerPlan& layer_plan = picking.plan.layers[static_cast<size_t>(layer)];
        if (!block.values || layer_plan.lines == 0) continue;
        const FlowSelection& selection = layer_plan.selection;
        const float handle = 0.5f * layout.gap_u(layer);
        const float* value = block.values->data();
        for (uint32_t slice = 0; slice < block.slices; ++slice) {
            const bool shown =
                !selection.slice_mask || ((*selection.slice_mask)[slice / 32] >> (slice % 32) & 1u);
            for (uint32_t row = 0; row < block.rows; ++row) {
                for (uint32_t column = 0; column < block.columns; ++column, ++value) {
                    if (!shown || *value < selection.threshold) continue;
                    if (selection.row_thresholds &&
                        *value < (*selection.row_thresholds)[slice * block.rows + row])
                        continue;
                    if (selection.column_mask &&
                        ((*selection.column_mask)[column / 32] >> (column % 32) & 1u))
                        continue;
                    if (std::abs(static_cast<int>(row) - static_cast<int>(column)) <= selection.band)
                        continue;
                    const int lane = static_cast<int>(slice);
                    const glm::vec3 source = layout.key_position(layer, lane, static_cast<int>(column));
                    const glm::vec3 target = layout.query_position(layer, lane, static_cast<int>(row));
                    const glm::vec3 first = picking.screen(source), last = picking.screen(target);
                    if (first.z <= near_plane_u || last.z <= near_plane_u) continue;
                    if (pointer.x < std::min(first.x, last.x) - reach ||
                        pointer.x > std::max(first.x, last.x) + reach ||
                        pointer.y < std::min(first.y, last.y) - reach ||
                        pointer.y > std::max(first.y, last.y) + reach) {
                        continue;
                    }
                    const glm::vec3 c1 = source + layout.layer_axis * handle,
                                    c2 = target - layout.layer_axis * handle;
                    glm::vec2 previous(first);
                    for (int i = 1; i <= samples; ++i) {
                        const float t = static_cast<float>(i) / samples, u = 1.0f - t;
                        const glm::vec3 world = u * u * u * source + 3.0f * u * u * t * c1 +
                                                3.0f * u * t * t * c2 + t * t * t * target;
                        const glm::vec2 next(picking.screen(world));
                        const float distance = distance_to_segment(pointer, previous, next);
                        previous = next;
                        if (distance > reach) continue;
                        // Of lines that lie together the strong one is meant.
                        pick.offer({FocusKind::edge, 0, layer, lane, static_cast<int>(row),
                                    static_cast<int>(column), false},
                                   distance + 3.0f * (1.0f - *value));
                    }
                }
            }
        }
    }
}

void offer_layers(const Picking& picking, Pick& pick) {
    for (int layer = 0; layer < picking.layout.layers; ++layer) {
        const glm::vec3 top =
            picking.layout.gap_centre(layer) - picking.layout.token_axis * picking.layout.half_rows_u();
        const glm::vec3 at = picking.screen(top);
        if (at.z <= near_plane_u) continue;
        const glm::vec2 number{at.x, at.y - 12.0f * picking.viewport.ui_scale};
        const float distance = glm::length(picking.pointer - number);
        if (distance < number_reach_px * picking.viewport.ui_scale)
            pick.offer({FocusKind::layer, 0, layer, -1, -1, -1, false}, distance);
    }
}

}  // namespace

Focus pick_text_stack(const TextStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                      const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key) {
    if (pointer_px.x < 0.0f || pointer_px.y < 0.0f ||
        pointer_px.x >= static_cast<float>(viewport.size.x) - viewport.panel_px ||
        pointer_px.y >= static_cast<float>(viewport.size.y)) {
        return {};
    }
    const TextStackLayout layout = make_layout(plan, motion, viewport);
    const DrawCamera drawn = draw_camera(camera, viewport);
    const Picking picking{plan, layout, drawn, viewport, pointer_px};
    Pick pick;
    offer_layers(picking, pick);
    if (pick.focus.kind != FocusKind::none) return pick.focus;
    offer_edges(picking, pick);
    offer_tokens(picking, out_of_key, pick);
    return pick.focus;
}

}  // namespace weft
