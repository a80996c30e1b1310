// The words among an image stack's panes: what each pane is, what is no patch, the patch that is pointed at.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "scenes/hud.h"
#include "scenes/image_hud.h"
#include "scenes/image_names.h"
#include "scenes/image_pen.h"
#include "scenes/label_placement.h"
#include "scenes/ledger.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"

namespace weft {

namespace {

constexpr float label_px = 14.0f;

struct LabelPen {
    ImagePen& pen;
    const DrawCamera& camera;
    LabelPlacement& placement;
    float text_px;

    // None: behind the eye.
    std::optional<glm::vec2> screen(const glm::vec3& world) const {
        const glm::vec3 at = screen_from_world(camera, pen.viewport, world);
        return at.z > near_plane_u ? std::optional(glm::vec2(at)) : std::nullopt;
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
        placement.add_apart(std::move(label), priority, 0.4f * text_px);
    }
    // Over the upper edge of a pane.
    void over(int pane, const std::string& text, const glm::vec4& color, float priority) {
        const auto corners = pen.layout.corners(pane, pen.layout.shown);
        const auto a = screen(corners[0]), b = screen(corners[1]);
        if (!a || !b) return;
        add(label_id(text, pane), text, {0.5f * (a->x + b->x), std::min(a->y, b->y) - 0.6f * text_px},
            LabelAlign::center, with_alpha(color, color.a * pen.layout.openness(pane)), priority);
    }
    void below(int first, int last, const std::string& text) {
        if (first > last) return;
        // At their edges that are nearer to the eye: the others are hidden by the panes themselves.
        const auto foot = [&](size_t corner) {
            return std::pair(screen(pen.layout.corners(first, pen.layout.shown)[corner]),
                             screen(pen.layout.corners(last, pen.layout.shown)[corner]));
        };
        const auto left = foot(3), right = foot(2);
        if (!left.first || !left.second || !right.first || !right.second) return;
        const auto& [a, b] = left.first->y > right.first->y ? left : right;
        add(label_id(text, first), text, {0.5f * (a->x + b->x), std::max(a->y, b->y) + 1.5f * text_px},
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

}  // namespace

void add_image_words(ImagePen& pen, const MeasureText& measure) {
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
        auto left =
            labels.screen(pen.layout.position(plan.key_pane, shown.x, shown.y + shown.height) - below);
        auto right = labels.screen(
            pen.layout.position(plan.key_pane, shown.x + shown.width, shown.y + shown.height) - below);
        if (left && right && left->x > right->x) std::swap(left, right);  // seen from behind
        const std::string text = others_text(plan);
        if (left && right) {
            // Under the bar as far as the words reach.
            const float part = measure(text, labels.text_px, false) / std::max(right->x - left->x, 1.0f);
            const float foot = std::max(left->y, glm::mix(left->y, right->y, std::min(part, 1.0f)));
            labels.add(label_id("beside patches", plan.key_pane), text,
                       {left->x, foot + 1.2f * labels.text_px}, LabelAlign::left,
                       with_alpha(pen.colors.text, open), 3.5f);
        }
    }
    const Focus& hovered = pen.view.hovered;
    const int pointed = pointed_patch(pen);
    if (pointed >= 0 && at_rest(pen) > 0.0f) {
        const bool has_number = !plan.row.empty() && (hovered.key >= 0 || !has_query(plan.kind));
        const int pane = plan.on_queries ? plan.query_pane : plan.key_pane;
        const float number = plan.patch_number(pointed);
        const std::string text = patch_name(plan, pointed) +
                                 (!has_number ? ""
                                              : ": " + (std::isfinite(number) ? number_text(number)
                                                                              : std::string("not computed")));
        const auto corners = pen.layout.corners(pane, plan.area_of(pointed));
        const auto at = labels.screen(0.5f * (corners[0] + corners[1]));
        Label label;
        label.text = text;
        label.position = at.value_or(glm::vec2(0.0f)) - glm::vec2(0.0f, 0.8f * labels.text_px);
        label.size_px = labels.text_px;
        label.align = LabelAlign::center;
        label.color = pen.colors.text;
        label.bold = true;
        label.pill = with_alpha(pen.colors.panel, 0.92f);
        label.id = label_id("pointed patch", pointed);
        if (at) placement.add(std::move(label), 10.0f);
    }
    placement.place(pen.list);
}

}  // namespace weft
