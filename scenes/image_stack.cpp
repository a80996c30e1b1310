#include "scenes/image_stack.h"

#include <algorithm>
#include <cmath>

#include "scenes/flow_lines.h"
#include "scenes/hud.h"
#include "scenes/image_hud.h"
#include "scenes/label_placement.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float line_u = 0.17f, line_opacity = 0.7f;
constexpr float frame_px = 3.0f, hover_frame_px = 1.5f;
// White on dark is blended in light: 2 % of it are seen as some 8 % of white.
constexpr float light_rule = 0.02f, dark_rule = -0.09f, least_rule_px = 6.0f;
constexpr float bar_below_u = 0.35f, bar_u = 0.16f;
constexpr float label_px = 14.0f, label_gap_px = 10.0f;

struct Pen {
    DrawList& list;
    const ImageStackPlan& plan;
    const ViewState& view;
    const ViewMotion& motion;
    const ImageStackLayout& layout;
    const Theme& colors;
    const Camera& camera;
    const Viewport& viewport;
};

std::shared_ptr<const Image> one_pixel() {
    static const std::shared_ptr<const Image> pixel = [] {
        auto image = std::make_shared<Image>();
        image->width = image->height = 1;
        image->rgba.assign(4, 255);
        return image;
    }();
    return pixel;
}

// What the image covers; without one, what the patches do.
Rect image_area(const ImageStackPlan& plan) {
    if (!plan.image->is_real) return plan.patches_area;
    return {0.0, 0.0, double(plan.grid->image_width), double(plan.grid->image_height)};
}

// Farthest first: panes do not cut each other.
std::vector<int> back_to_front(const Pen& pen) {
    std::vector<int> panes;
    for (int p = -1; p <= pen.plan.layers; ++p) panes.push_back(p);
    const float eye = pen.motion.fold > 0.5f ? pen.layout.x(-1) : pen.camera.eye().x;
    std::ranges::stable_sort(panes, [&](int a, int b) {
        return std::abs(pen.layout.x(a) - eye) > std::abs(pen.layout.x(b) - eye);
    });
    return panes;
}

bool has_numbers(const ImageStackPlan& plan, int pane) {
    return !plan.row.empty() && pane == (plan.on_queries ? plan.query_pane : plan.key_pane);
}

bool same_rect(const Rect& a, const Rect& b) {
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

// The patches' borders and the pane's own: on the pane's last plane if that has the same extent, else on
// planes of their own.
void add_marks(Pen& pen, int pane, size_t first_plane) {
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

void add_pane(Pen& pen, int pane) {
    const ImageStackPlan& plan = pen.plan;
    const float open = pen.layout.openness(pane);
    const auto corners = pen.layout.corners(pane, pen.layout.shown);
    std::vector<TexturedPlane>& planes = pen.list.textured_planes;
    const size_t first_plane = planes.size();
    const bool is_covered = pane == -1 && same_rect(image_area(plan), pen.layout.shown);
    if (!is_covered) {
        TexturedPlane plate;
        plate.corners = corners;
        plate.image = one_pixel();
        plate.tint = glm::mix(pen.colors.ground, pen.colors.pane, pen.colors.dark ? 0.08f : 0.05f);
        plate.tint.a = 1.0f;
        planes.push_back(std::move(plate));
    }
    if (open > 0.0f) {
        ImageFace face;
        face.opacity = open;
        const glm::vec3 middle = 0.5f * (corners[0] + corners[2]);
        const float depth = glm::dot(middle - pen.camera.eye(), pen.camera.forward());
        face.pixels = pixels_per_unit(pen.camera, pen.viewport, depth) *
                      std::max(pen.layout.size_u.x, pen.layout.size_u.y);
        face.color_opacity = pane == -1 ? 1.0f : 0.0f;
        face.has_numbers = has_numbers(plan, pane);
        face.grey_opacity = pane == -1         ? 0.0f
                            : face.has_numbers ? grey_under_numbers(plan)
                                               : grey_of_queries(plan);
        add_image_face(
            planes, plan, [&](const Rect& part) { return pen.layout.corners(pane, part); }, face);
    }
    add_marks(pen, pane, first_plane);
}

void add_frame(Pen& pen, int pane, int patch, const glm::vec4& color, float width_px) {
    const auto corners = pen.layout.corners(pane, pen.plan.area_of(patch));
    for (size_t i = 0; i < 4; ++i)
        pen.list.strokes_above.push_back({corners[i], corners[(i + 1) % 4], color, 0.0f, width_px, true});
}

void add_frames(Pen& pen) {
    const ImageStackPlan& plan = pen.plan;
    const Focus& hovered = pen.view.hovered;
    const int pointed = hovered.kind == FocusKind::token && hovered.head < 0
                            ? plan.patch_of(hovered.key >= 0 ? hovered.key : hovered.query)
                            : -1;
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

glm::vec3 middle_of(const Pen& pen, int pane, int patch) {
    const Rect area = pen.plan.area_of(patch);
    return pen.layout.position(pane, area.x + 0.5 * area.width, area.y + 0.5 * area.height);
}

// How far the pages have come to rest: lines join panes that stand where they belong.
float at_rest(const Pen& pen) {
    const auto reach = [](float at, int pane) {
        return at < 0.0f ? 1.0f
                         : std::clamp(1.0f - 2.0f * std::abs(at - static_cast<float>(pane)), 0.0f, 1.0f);
    };
    return std::min(reach(pen.motion.open_key, pen.plan.key_pane),
                    reach(pen.motion.open_query, pen.plan.query_pane));
}

std::shared_ptr<const std::vector<glm::vec4>> line_colors(const Pen& pen) {
    const auto rows = static_cast<int>(pen.plan.grid->rows);
    if (pen.plan.is_signed) return plus_colors(pen.view.theme, rows);
    return amber_colors(pen.view.theme, rows);
}

void add_lines(Pen& pen) {
    const ImageStackPlan& plan = pen.plan;
    const float rest = at_rest(pen);
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
void add_bar(Pen& pen) {
    const ImageStackPlan& plan = pen.plan;
    if (plan.row.empty() || plan.others.empty() || plan.on_queries) return;
    const int pane = plan.key_pane;
    const glm::vec3 left =
        pen.layout.position(pane, pen.layout.shown.x, pen.layout.shown.y + pen.layout.shown.height) -
        glm::vec3(0.0f, bar_below_u, 0.0f);
    const glm::vec3 across = pen.layout.column_axis * pen.layout.size_u.x;
    const float open = pen.layout.openness(pane);
    pen.list.strokes_above.push_back(
        {left, left + across, with_alpha(pen.colors.rule, open), bar_u, 2.0f, false});
    float from = 0.0f;
    for (size_t o = 0; o < plan.others.size(); ++o) {
        const float to = from + static_cast<float>(plan.ledger.others[o]);
        const bool is_query = plan.query == plan.others[o];
        const glm::vec4 ink = is_query ? pen.colors.amber : pen.colors.sink;
        // A hair's breadth of ground between two.
        const float end = std::max(from, to - 0.004f);
        if (to > from)
            pen.list.strokes_above.push_back(
                {left + from * across, left + end * across, with_alpha(ink, open), bar_u, 2.0f, false});
        from = to;
    }
}

struct LabelPen {
    Pen& pen;
    const DrawCamera& camera;
    LabelPlacement& placement;
    float text_px;

    glm::vec2 screen(const glm::vec3& world) const {
        return glm::vec2(screen_from_world(camera, pen.viewport, world));
    }
    void add(uint64_t id, const std::string& text, glm::vec2 at, LabelAlign align, const glm::vec4& color,
             float priority) {
        if (text.empty()) return;
        Label label;
        label.text = text;
        label.position = at;
        label.size_px = text_px;
        label.align = align;
        label.color = color;
        label.halo = with_alpha(pen.colors.ground, 0.9f * color.a);
        label.id = id;
        placement.add(std::move(label), priority);
    }
    // Over the upper edge of a pane.
    void over(int pane, const std::string& text, const glm::vec4& color, float priority) {
        const auto corners = pen.layout.corners(pane, pen.layout.shown);
        const glm::vec2 a = screen(corners[0]), b = screen(corners[1]);
        add(label_id(text, pane), text, {0.5f * (a.x + b.x), std::min(a.y, b.y) - 0.6f * text_px},
            LabelAlign::center, with_alpha(color, color.a * pen.layout.openness(pane)), priority);
    }
    void below(int first, int last, const std::string& text) {
        if (first > last) return;
        const Rect& shown = pen.layout.shown;
        const glm::vec2 a = screen(pen.layout.position(first, shown.x + shown.width, shown.y + shown.height)),
                        b = screen(pen.layout.position(last, shown.x + shown.width, shown.y + shown.height));
        add(label_id(text, first), text, {0.5f * (a.x + b.x), std::max(a.y, b.y) + 1.5f * text_px},
            LabelAlign::center, pen.colors.dim_text, 1.0f);
    }
};

std::string layers_name(int first, int last, bool with_word) {
    if (first > last) return "";
    const std::string word = with_word ? (first == last ? "layer " : "layers ") : "";
    return word + std::to_string(first) + (first == last ? "" : "–" + std::to_string(last));
}

std::string others_text(const ImageStackPlan& plan) {
    const auto& tokens = plan.frame->stacks.front().tokens;
    std::vector<double> shares{plan.ledger.lines + plan.ledger.patches};
    shares.insert(shares.end(), plan.ledger.others.begin(), plan.ledger.others.end());
    const std::vector<int> percents = whole_percents(shares);
    std::string text;
    int rest = 0;
    for (size_t o = 0; o < plan.others.size(); ++o) {
        if (o >= 3 && plan.others.size() > 4) {
            rest += percents[o + 1];
            continue;
        }
        text += (text.empty() ? "" : "   ") + tokens[static_cast<size_t>(plan.others[o])].text + " " +
                std::to_string(percents[o + 1]) + " %";
    }
    if (rest > 0 || plan.others.size() > 4)
        text += "   " + std::to_string(plan.others.size() - 3) + " more " + std::to_string(rest) + " %";
    return text;
}

void add_labels(Pen& pen, const MeasureText& measure) {
    const ImageStackPlan& plan = pen.plan;
    LabelPlacement placement(pen.viewport, measure);
    const DrawCamera camera = draw_camera(pen.camera, pen.viewport);
    const ImageHudLayout hud = image_hud_layout(plan, pen.viewport);
    placement.reserve({0.0f, hud.panes_foot_px, static_cast<float>(pen.viewport.size.x),
                       static_cast<float>(pen.viewport.size.y)});
    placement.reserve(
        {0.0f, 0.0f, static_cast<float>(pen.viewport.size.x), (hud_title_y_px + 14.0f) * hud.scale});
    LabelPen labels{pen, camera, placement, std::max(label_px / 13.0f * hud.text_px, least_text_px)};
    labels.over(-1, plan.image->is_real ? "image" : "no image", pen.colors.dim_text, 3.0f);
    labels.over(plan.key_pane, key_pane_name(plan), plan.on_queries ? pen.colors.dim_text : pen.colors.text,
                4.0f);
    labels.over(plan.query_pane, query_pane_name(plan),
                plan.on_queries ? pen.colors.text : pen.colors.dim_text, 4.0f);
    labels.text_px = std::max(hud.text_px, least_text_px);
    labels.below(0, plan.key_pane - 1, layers_name(0, plan.key_pane - 1, true));
    labels.below(plan.key_pane + 1, plan.query_pane - 1,
                 layers_name(plan.key_pane + 1, plan.query_pane - 1, true));
    labels.below(plan.query_pane + 1, plan.layers,
                 layers_name(plan.query_pane, plan.layers - 1, plan.key_pane == 0));
    const float open = pen.layout.openness(plan.key_pane);
    if (!plan.row.empty() && !plan.others.empty() && !plan.on_queries && open > 0.5f) {
        const Rect& shown = pen.layout.shown;
        const glm::vec3 below(0.0f, bar_below_u + bar_u, 0.0f);
        const glm::vec2 left =
            labels.screen(pen.layout.position(plan.key_pane, shown.x, shown.y + shown.height) - below);
        const glm::vec2 right = labels.screen(
            pen.layout.position(plan.key_pane, shown.x + shown.width, shown.y + shown.height) - below);
        const std::string text = others_text(plan);
        // Under the bar as far as the words reach.
        const float part = measure(text, labels.text_px, false) / std::max(right.x - left.x, 1.0f);
        const float foot = std::max(left.y, glm::mix(left.y, right.y, std::min(part, 1.0f)));
        labels.add(label_id("beside patches", plan.key_pane), text, {left.x, foot + 1.2f * labels.text_px},
                   LabelAlign::left, with_alpha(pen.colors.text, open), 3.5f);
    }
    const Focus& hovered = pen.view.hovered;
    const int pointed = hovered.kind == FocusKind::token && hovered.head < 0
                            ? plan.patch_of(hovered.key >= 0 ? hovered.key : hovered.query)
                            : -1;
    if (pointed >= 0 && at_rest(pen) > 0.0f) {
        const bool has_number = !plan.row.empty() && (hovered.key >= 0 || !has_query(plan.kind));
        const int pane = plan.on_queries ? plan.query_pane : plan.key_pane;
        const float number = plan.patch_number(pointed);
        const std::string text = patch_name(plan, pointed) +
                                 (!has_number ? ""
                                              : ": " + (std::isfinite(number) ? number_text(number)
                                                                              : std::string("not computed")));
        const auto corners = pen.layout.corners(pane, plan.area_of(pointed));
        const glm::vec2 at = labels.screen(0.5f * (corners[0] + corners[1]));
        Label label;
        label.text = text;
        label.position = at - glm::vec2(0.0f, 0.8f * labels.text_px);
        label.size_px = labels.text_px;
        label.align = LabelAlign::center;
        label.color = pen.colors.text;
        label.bold = true;
        label.pill = with_alpha(pen.colors.panel, 0.92f);
        label.id = label_id("pointed patch", pointed);
        placement.add(std::move(label), 10.0f);
    }
    placement.place(pen.list);
}

}  // namespace

float grey_under_numbers(const ImageStackPlan& plan) {
    const bool dark = theme(plan.view.theme).dark;
    if (plan.is_map()) return dark ? 0.45f : 0.6f;
    return dark ? 0.16f : 0.3f;
}

float grey_of_queries(const ImageStackPlan& plan) {
    return theme(plan.view.theme).dark ? 0.25f : 0.4f;
}

void add_image_face(std::vector<TexturedPlane>& planes, const ImageStackPlan& plan, const PlaceRect& place,
                    const ImageFace& face) {
    TexturedPlane plane;
    plane.image = plan.image->at_least(face.pixels);
    plane.nearest = plan.image->is_small(face.pixels);
    const Rect whole = image_area(plan);
    plane.corners = place(whole);
    if (face.grey_opacity > 0.0f) {
        plane.saturation = 0.0f;
        plane.tint = {1.0f, 1.0f, 1.0f, face.grey_opacity * face.opacity};
        planes.push_back(plane);
    }
    if (face.color_opacity > 0.0f) {
        plane.saturation = 1.0f;
        plane.tint = {1.0f, 1.0f, 1.0f, face.color_opacity * face.opacity};
        planes.push_back(plane);
    }
    if (!face.has_numbers) return;
    // Only where patches are: what lies beside them the model did not see.
    const Rect& area = plan.patches_area;
    plane.corners = place(area);
    plane.window = glm::vec4((area.x - whole.x) / whole.width, (area.y - whole.y) / whole.height,
                             (area.x + area.width - whole.x) / whole.width,
                             (area.y + area.height - whole.y) / whole.height);
    plane.saturation = 1.0f;
    plane.tint = {1.0f, 1.0f, 1.0f, plan.opacity() * face.opacity};
    plane.look = plan.is_map() ? TexturedLook::map : TexturedLook::spotlight;
    plane.cells.numbers = plan.numbers;
    plane.cells.first = face.first;
    plane.cells.count = {plan.grid->columns, plan.grid->rows};
    plane.cells.smooth = plan.view.image.smooth;
    plane.colors = plan.colors;
    plane.hatches_lower_half = plan.is_signed;
    planes.push_back(std::move(plane));
}

DrawList draw_image_stack(const ImageStackPlan& plan, const TextStackPlan& stack, const ViewState& view,
                          const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                          const MeasureText& measure) {
    DrawList list;
    list.camera = draw_camera(camera, viewport);
    list.ground = theme(view.theme).ground;
    list.ui_scale = viewport.ui_scale;
    const ImageStackLayout layout = image_layout(plan, motion);
    Pen pen{list, plan, view, motion, layout, theme(view.theme), camera, viewport};
    for (const int pane : back_to_front(pen)) add_pane(pen, pane);
    add_bar(pen);
    add_lines(pen);
    add_frames(pen);
    if (measure) {
        add_image_hud(list, plan, stack, view, motion, viewport, measure);
        if (view.show_labels) add_labels(pen, measure);
    }
    return list;
}

}  // namespace weft
