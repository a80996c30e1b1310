#include "scenes/labels.h"

#include <algorithm>
#include <cmath>

#include "scenes/projection.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {

namespace {

constexpr float halo_opacity = 0.9f;

}  // namespace

Label scene_label(const LabelScene& scene, std::string text, glm::vec2 anchor, float size_px,
                  LabelAlign align, float opacity, bool dim) {
    const Theme& colors = theme(scene.view.theme);
    Label label;
    label.text = std::move(text);
    label.size_px = std::max(size_px, least_text_px);
    label.position = {anchor.x,
                      anchor.y + 0.34f * label.size_px};  // centres lower-case letters on the anchor
    label.align = align;
    label.color = with_alpha(dim ? colors.dim_text : colors.text, opacity);
    label.halo = with_alpha(colors.ground, halo_opacity * opacity);
    label.halo_px = 3.0f * std::max(scene.text_scale, 0.67f);
    return label;
}

float inside_words(float inside) {
    return glm::smoothstep(0.65f, 1.0f, inside);
}

float outside_words(float inside) {
    return 1.0f - glm::smoothstep(0.0f, 0.4f, inside);
}

float seen_from_above(const DrawCamera& camera) {
    return glm::smoothstep(0.5f, 0.87f, std::abs(camera.view_from_world[1][2]));  // sine of the pitch
}

glm::vec3 row_end(const LabelScene& scene, int pane, int token, bool leftmost, bool as_key) {
    const TextStackLayout& layout = scene.layout;
    const glm::vec3 row = as_key ? layout.key_position(pane, 0, token) : layout.position(pane, 0, token);
    const glm::vec3 centre = row - layout.lane_axis * layout.lane_offset(0);
    const glm::vec3 half = layout.lane_axis * layout.half_lanes_u();
    const glm::vec3 a = screen_from_world(scene.camera, scene.viewport, centre - half);
    const glm::vec3 b = screen_from_world(scene.camera, scene.viewport, centre + half);
    if (a.z <= near_plane_u || b.z <= near_plane_u) return {0.0f, 0.0f, -1.0f};
    if (scene.motion.stack > 0.5f) return (a.y > b.y) == leftmost ? a : b;  // stacked: lowest or highest
    return (a.x < b.x) == leftmost ? a : b;
}

void add_outer_labels(LabelPlacement& placement, const LabelScene& scene) {
    add_side_labels(placement, scene);
    add_number_labels(placement, scene);
}

LabelScene make_label_scene(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                            const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                            const MeasureText& measure) {
    const AttentionBlock& attention = shown_block(plan);
    return {plan,
            layout,
            view,
            motion,
            viewport,
            measure,
            draw_camera(camera, viewport),
            viewport.ui_scale * theme(view.theme).text_scale,
            key_tokens(*plan.frame, attention),
            query_tokens(*plan.frame, attention)};
}

void add_labels(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                const ViewState& view, const ViewMotion& motion, const Camera& camera, double,
                const Viewport& viewport, const MeasureText& measure) {
    if (!view.show_labels) return;
    const LabelScene scene = make_label_scene(plan, layout, view, motion, camera, viewport, measure);
    LabelPlacement placement(viewport, measure);
    placement.reserve_all(list);
    add_focus_labels(placement, list, scene);
    add_outer_labels(placement, scene);
    placement.place(list);
}

}  // namespace weft
