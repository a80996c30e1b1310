#include "scenes/picking.h"

#include <algorithm>
#include <cmath>

#include "scenes/labels.h"
#include "scenes/line_picking.h"
#include "scenes/picker.h"
#include "scenes/sink_bars.h"

namespace weft {

namespace {

constexpr float lane_alone_px = 14.0f;    // lanes at least this far apart on the picture stand alone
constexpr float rows_together_px = 4.0f;  // ... while its rows lie upon each other
constexpr float number_above_px = 12.0f;  // middle of a layer's number over the upper border of its gap

// Distance to a stretch of the world, px; `depth_u` of its nearer end.
float stretch_distance_px(const Picker& picker, const glm::vec3& from, const glm::vec3& to, float& depth_u) {
    const glm::vec3 a = picker.project(from), b = picker.project(to);
    if (a.z <= near_plane_u || b.z <= near_plane_u) return PickHit::far_px;
    depth_u = std::min(a.z, b.z);
    return segment_distance_px(picker.pointer, glm::vec2(a), glm::vec2(b));
}

void search_layer_numbers(const Picker& picker, PickHit& hit) {
    const TextStackLayout& layout = picker.layout;
    for (int layer = 0; layer < layout.layers; ++layer) {
        const glm::vec3 p = picker.project(layer_number_at(layout, picker.camera, layer));
        if (p.z <= near_plane_u) continue;
        const bool stacked = picker.motion.stack > 0.5f;
        const glm::vec2 middle = stacked ? glm::vec2(p.x - 36.0f * picker.scale, p.y)
                                         : glm::vec2(p.x, p.y - number_above_px * picker.scale);
        const glm::vec2 off = glm::abs(picker.pointer - middle);
        if (off.x > 26.0f * picker.scale || off.y > 10.0f * picker.scale) continue;
        Focus focus;
        focus.kind = FocusKind::layer;
        focus.layer = layer;
        hit.take(focus, glm::length(off), p.z);
    }
}

Focus head_focus(int layer, int head) {
    Focus focus;
    focus.kind = FocusKind::head;
    focus.layer = layer;
    focus.head = head;
    return focus;
}

// Bars say which lane they belong to, also where lanes run into each other. Folded, they belong to none.
void search_bars(const Picker& picker, PickHit& hit) {
    const TextStackLayout& layout = picker.layout;
    if (picker.plan.view.sinks != SinkMode::bars || picker.motion.fold > 0.05f) return;
    for (int layer = 0; layer < layout.layers; ++layer) {
        const LayerPlan& layer_plan = picker.plan.layers[static_cast<size_t>(layer)];
        for (int key = 0; key < layout.keys; ++key) {
            if (!layer_plan.sink_keys[static_cast<size_t>(key)]) continue;
            for (int lane = 0; lane < layout.lanes; ++lane) {
                const size_t at =
                    static_cast<size_t>(lane) * static_cast<size_t>(layout.keys) + static_cast<size_t>(key);
                const float length_u = full_bar_part * layout.gap_u(layer) * layer_plan.sink_mean[at];
                const glm::vec3 start = layout.key_position(layer, lane, key);
                float depth = 0.0f;
                const float px =
                    stretch_distance_px(picker, start, start + layout.layer_axis * length_u, depth);
                if (px <= 0.7f * reach_px * picker.scale) hit.take(head_focus(layer, lane), px, depth);
            }
        }
    }
}

// Where lanes lie apart and rows upon each other (from above), a place in a gap means its lane.
void search_lanes(const Picker& picker, PickHit& hit) {
    const TextStackLayout& layout = picker.layout;
    if (layout.lanes < 2) return;
    const int token = layout.tokens / 2;
    for (int layer = 0; layer < layout.layers; ++layer) {
        const glm::vec2 lane_0(picker.project(layout.key_position(layer, 0, token)));
        const glm::vec2 lane_1(picker.project(layout.key_position(layer, 1, token)));
        const glm::vec2 row_0(picker.project(layout.key_position(layer, 0, 0)));
        const glm::vec2 row_n(picker.project(layout.key_position(layer, 0, layout.tokens - 1)));
        const float lanes_px = glm::length(lane_1 - lane_0);
        const float rows_px = glm::length(row_n - row_0) / static_cast<float>(std::max(layout.tokens - 1, 1));
        if (lanes_px < lane_alone_px * picker.scale || rows_px > rows_together_px * picker.scale) continue;
        for (int lane = 0; lane < layout.lanes; ++lane) {
            float depth = 0.0f;
            const float px = stretch_distance_px(picker, layout.key_position(layer, lane, token),
                                                 layout.query_position(layer, lane, token), depth);
            if (px <= 0.5f * lanes_px) hit.take(head_focus(layer, lane), px, depth);
        }
    }
}

}  // namespace

void PickHit::take(const Focus& candidate, float px, float depth) {
    const bool nearer = px < distance_px - 0.5f || (px < distance_px + 0.5f && depth < depth_u);
    if (nearer) focus = candidate, distance_px = px, depth_u = depth;
}

PickHits find_hits(const TextStackPlan& plan, const TextStackLayout& layout, const ViewMotion& motion,
                   const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key,
                   const PickedWords& words) {
    PickHits hits;
    if (plan.blocks.empty() || plan.layers.empty() || plan.blocks[0].columns == 0) return hits;
    const Picker picker{plan,
                        motion,
                        viewport,
                        pointer_px,
                        camera,
                        layout,
                        draw_camera(camera, viewport),
                        make_emphasis(plan, motion),
                        viewport.ui_scale};
    if (words.numbers) search_layer_numbers(picker, hits.number);
    if (hits.number.is_hit()) return hits;
    search_tokens(picker, out_of_key, words, hits.row, hits.word);
    if (hits.word.is_hit()) return hits;
    search_lanes(picker, hits.lane);
    if (hits.lane.is_hit()) return hits;
    search_lines(picker, hits.line);
    search_bars(picker, hits.bar);
    return hits;
}

Focus decide(const PickHits& hits) {
    for (const PickHit* hit : {&hits.number, &hits.word, &hits.lane})
        if (hit->is_hit()) return hit->focus;
    if (hits.row.is_hit() && hits.row.distance_px <= hits.line.distance_px + hits.row.preference_px)
        return hits.row.focus;
    return hits.bar.distance_px < hits.line.distance_px ? hits.bar.focus : hits.line.focus;
}

bool is_in_picture(const Viewport& viewport, glm::vec2 pointer_px) {
    const glm::vec2 size(viewport.size);
    return pointer_px.x >= 0.0f && pointer_px.y >= 0.0f && pointer_px.y <= size.y &&
           pointer_px.x <= size.x - viewport.panel_px;
}

Focus pick_text_stack(const TextStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                      const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key) {
    if (!is_in_picture(viewport, pointer_px)) return {};
    return decide(find_hits(plan, make_layout(plan, motion, viewport), motion, camera, viewport, pointer_px,
                            out_of_key, {}));
}

}  // namespace weft
