#include "scenes/image_stack.h"

#include <algorithm>
#include <cmath>

#include "scenes/flow_lines.h"
#include "scenes/image_face.h"
#include "scenes/image_hud.h"
#include "scenes/image_light.h"
#include "scenes/image_pen.h"
#include "scenes/pane_sight.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"

namespace weft {

namespace {

constexpr float line_u = 0.17f, line_opacity = 0.7f;
constexpr float frame_px = 3.0f, hover_frame_px = 1.5f;
// White on dark is blended in light: 2 % of it are seen as some 8 % of white.
constexpr float light_rule = 0.02f, dark_rule = -0.09f, least_rule_px = 6.0f;

bool same_rect(const Rect& a, const Rect& b) {
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

// The patches' borders and the pane's own: on the pane's last plane if that has the same extent, else on
// planes of their own.
void add_marks(ImagePen& pen, int pane, size_t first_plane) {
    const ImageStackPlan& plan = pen.plan;
    const float open = pen.layout.openness(pane);
    std::vector<TexturedPlane>& planes = pen.list.textured_planes;
    TexturedPlane bare;
    bare.image = one_pixel();
    bare.look = TexturedLook::map;
    const auto plane_over = [&](const Rect& part) -> TexturedPlane& {
        const auto corners = pen.layout.corners(pane, part);
        if (planes.size() == first_plane || planes.back().corners != corners) {
            bare.corners = corners;
            planes.push_back(bare);
        }
        return planes.back();
    };
    if (open > 0.0f) {
        TexturedPlane& ruled = plane_over(plan.patches_area);
        ruled.cells.count = {plan.grid->columns, plan.grid->rows};
        ruled.cells.rule_opacity = (pen.colors.dark ? light_rule : dark_rule) * open;
        ruled.cells.least_rule_px = least_rule_px;
    }
    TexturedPlane& edged = plane_over(pen.layout.shown);
    edged.edge = glm::mix(with_alpha(pen.colors.pane, 0.45f), with_alpha(pen.colors.text, 0.85f), open);
    edged.edge_px = 1.0f + 0.3f * open;
}

void add_pane(ImagePen& pen, int pane) {
    const ImageStackPlan& plan = pen.plan;
    const float open = pen.layout.openness(pane);
    const auto corners = pen.layout.corners(pane, pen.layout.shown);
    std::vector<TexturedPlane>& planes = pen.list.textured_planes;
    const size_t first_plane = planes.size();
    const bool is_covered = pane == -1 && same_rect(image_area(plan), pen.layout.shown);
    if (!is_covered) {
        planes.push_back(image_plate(corners, pen.view.theme));
    }
    if (open > 0.0f) {
        ImageFace face;
        face.opacity = open;
        const glm::vec3 middle = 0.5f * (corners[0] + corners[2]);
        const float depth = glm::dot(middle - pen.camera.eye(), pen.camera.forward());
        face.pixels = pixels_per_unit(pen.camera, pen.viewport, depth) *
                      std::max(pen.layout.size_u.x, pen.layout.size_u.y);
        face.color_opacity = pane == -1 ? 1.0f : 0.0f;
        PaneLight light = light_on(plan, former_light(plan, pen.motion), pen.motion.lit, pane);
        face.has_numbers = light.numbers != nullptr;
        face.grey_opacity = light.grey;
        face.numbers = std::move(light.numbers);
        add_image_face(
            planes, plan, [&](const Rect& part) { return pen.layout.corners(pane, part); }, face);
    }
    add_marks(pen, pane, first_plane);
    const float near = seen_opacity(corners, pen.camera.eye());
    for (size_t p = first_plane; p < planes.size(); ++p) {
        planes[p].tint.a *= near;
        planes[p].edge.a *= near;
        planes[p].cells.rule_opacity *= near;
    }
}

// A stroke on a pane or in its plane, but for what other panes hide of it.
void add_stroke(ImagePen& pen, int pane, const Stroke& stroke) {
    std::vector<PaneCorners> others;
    for (int other = -1; other <= pen.plan.layers; ++other)
        if (other != pane) others.push_back(pen.layout.corners(other, pen.layout.shown));
    for (const auto& [a, b] : seen_parts(stroke.a, stroke.b, pen.camera.eye(), others)) {
        pen.list.strokes_above.push_back(stroke);
        pen.list.strokes_above.back().a = a;
        pen.list.strokes_above.back().b = b;
    }
}

void add_frame(ImagePen& pen, int pane, int patch, const glm::vec4& color, float width_px) {
    const auto corners = pen.layout.corners(pane, pen.plan.area_of(patch));
    for (size_t i = 0; i < 4; ++i)
        add_stroke(pen, pane, {corners[i], corners[(i + 1) % 4], color, 0.0f, width_px, true});
}

void add_frames(ImagePen& pen) {
    const ImageStackPlan& plan = pen.plan;
    const int pointed = pointed_patch(pen);
    const int chosen = plan.query ? plan.patch_of(*plan.query) : -1;
    const int key = pen.view.selected.kind == FocusKind::edge ? plan.patch_of(pen.view.selected.key) : -1;
    for (int pane = -1; pane <= plan.layers; ++pane) {
        const float open = pen.layout.openness(pane);
        if (open < 0.5f) continue;
        if (key >= 0) add_frame(pen, pane, key, with_alpha(pen.colors.selected, open), hover_frame_px);
        if (pointed >= 0 && pointed != chosen)
            add_frame(pen, pane, pointed, with_alpha(pen.colors.selected, 0.9f * open), hover_frame_px);
        if (chosen >= 0) add_frame(pen, pane, chosen, with_alpha(pen.colors.amber, open), frame_px);
    }
}

glm::vec3 middle_of(const ImagePen& pen, int pane, int patch) {
    const Rect area = pen.plan.area_of(patch);
    return pen.layout.position(pane, area.x + 0.5 * area.width, area.y + 0.5 * area.height);
}

std::shared_ptr<const std::vector<glm::vec4>> line_colors(const ImagePen& pen) {
    const auto rows = static_cast<int>(pen.plan.grid->rows);
    if (pen.plan.is_signed) return plus_colors(pen.view.theme, rows);
    return amber_colors(pen.view.theme, rows);
}

void add_lines(ImagePen& pen, float opacity) {
    const ImageStackPlan& plan = pen.plan;
    const float rest = at_rest(pen) * opacity;
    if (plan.lines.empty() || rest <= 0.0f) return;
    const int query = plan.patch_of(*plan.query);
    const auto columns = static_cast<int>(plan.grid->columns);
    const glm::vec3 origin = middle_of(pen, plan.key_pane, 0);
    FlowBatch batch;
    batch.block = static_cast<uint32_t>(pen.list.blocks.size());
    batch.selection.threshold = 1e-6f;
    batch.source_origin = origin;
    if (columns > 1) batch.source_column_step = middle_of(pen, plan.key_pane, 1) - origin;
    if (plan.grid->rows > 1) batch.source_slice_step = middle_of(pen, plan.key_pane, columns) - origin;
    batch.target_origin = middle_of(pen, plan.query_pane, query);
    batch.handle_u = 0.5f * (pen.layout.x(plan.query_pane) - pen.layout.x(plan.key_pane));
    batch.width_u = line_u;
    batch.opacity_max = line_opacity;
    batch.opacity_min = 0.3f;
    batch.opacity_power = 0.5f;
    batch.opacity_scale = rest;
    batch.depth_fade = 0.0f;
    batch.slice_colors = line_colors(pen);
    if (plan.is_signed) {
        batch.negative_color = negative_color(pen.colors);
        batch.negative_dashes = 14.0f;
    }
    pen.list.blocks.push_back(plan.line_block);
    pen.list.flows.push_back(std::move(batch));
    const float largest = std::abs(plan.lines.front().weight);
    for (const PatchLine& line : plan.lines) {
        const glm::vec3 at = middle_of(pen, plan.key_pane, line.patch);
        const glm::vec4 ink = !plan.is_signed      ? pen.colors.amber
                              : line.weight < 0.0f ? negative_color(pen.colors)
                                                   : positive_color(pen.colors);
        pen.list.strokes_above.push_back({at, at, with_alpha(ink, rest), 0.0f,
                                          3.0f + 5.0f * std::sqrt(std::abs(line.weight) / largest), true});
    }
}

// Below the pane that carries numbers: what goes to tokens that are no patches, in shares of all.
void add_bar(ImagePen& pen) {
    const ImageStackPlan& plan = pen.plan;
    if (plan.row.empty() || plan.others.empty() || plan.on_queries) return;
    const int pane = plan.key_pane;
    const glm::vec3 left =
        pen.layout.position(pane, pen.layout.shown.x, pen.layout.shown.y + pen.layout.shown.height) -
        glm::vec3(0.0f, bar_below_u, 0.0f);
    const glm::vec3 across = pen.layout.column_axis * pen.layout.size_u.x;
    const float open = pen.layout.openness(pane);
    add_stroke(pen, pane, {left, left + across, with_alpha(pen.colors.rule, open), bar_u, 2.0f, false});
    float from = 0.0f;
    for (size_t o = 0; o < plan.others.size(); ++o) {
        const float to = from + static_cast<float>(plan.ledger.others[o]);
        const bool is_query = plan.query == plan.others[o];
        const glm::vec4 ink = is_query ? pen.colors.amber : pen.colors.sink;
        // A hair's breadth of ground between two.
        const float end = std::max(from, to - 0.004f);
        if (to > from)
            add_stroke(
                pen, pane,
                {left + from * across, left + end * across, with_alpha(ink, open), bar_u, 2.0f, false});
        from = to;
    }
}

}  // namespace

float at_rest(const ImagePen& pen) {
    const auto reach = [](float at, int pane) {
        return at < 0.0f ? 1.0f
                         : std::clamp(1.0f - 2.0f * std::abs(at - static_cast<float>(pane)), 0.0f, 1.0f);
    };
    return std::min(reach(pen.motion.open_key, pen.plan.key_pane),
                    reach(pen.motion.open_query, pen.plan.query_pane));
}

int pointed_patch(const ImagePen& pen) {
    const Focus& hovered = pen.view.hovered;
    if (hovered.kind != FocusKind::token || hovered.head >= 0) return -1;
    return pen.plan.patch_of(hovered.key >= 0 ? hovered.key : hovered.query);
}

DrawList draw_image_stack(const ImageStackPlan& plan, const TextStackPlan& stack, const ViewState& view,
                          const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                          const MeasureText& measure) {
    DrawList list;
    list.camera = draw_camera(camera, viewport);
    list.ground = theme(view.theme).ground;
    list.ui_scale = viewport.ui_scale;
    const ImageStackLayout layout = image_layout(plan, motion);
    ImagePen pen{list, plan, view, motion, layout, theme(view.theme), camera, viewport};
    for (const int pane : layout.back_to_front(camera)) add_pane(pen, pane);
    add_bar(pen);
    if (const ImageStackPlan* former = former_light(plan, motion); former && former->layer == plan.layer) {
        ImagePen going{list, *former, view, motion, layout, theme(view.theme), camera, viewport};
        add_lines(going, 1.0f - motion.lit);
    }
    add_lines(pen, motion.former_image ? motion.lit : 1.0f);
    add_frames(pen);
    if (measure) {
        add_image_hud(list, plan, stack, view, motion, viewport, measure);
        if (view.show_labels) add_image_words(pen, measure);
    }
    return list;
}

}  // namespace weft
