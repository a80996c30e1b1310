#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "scenes/image_hud.h"
#include "scenes/image_stack.h"
#include "scenes/pane_ray.h"
#include "scenes/pane_sight.h"

namespace weft {
namespace {

bool is_in(const ScreenBounds& bounds, glm::vec2 at) {
    return at.x >= bounds.left && at.x <= bounds.right && at.y >= bounds.top && at.y <= bounds.bottom;
}

// The nearest pane under the pointer, as it is drawn.
struct PaneHit {
    int pane = -1;
    PanePoint at;
};
std::optional<PaneHit> pane_under(const ImageStackLayout& layout, const Camera& camera,
                                  const Viewport& viewport, glm::vec2 pointer_px) {
    const Ray ray = ray_through(camera, viewport, pointer_px);
    const std::vector<int> order = layout.back_to_front(camera);
    for (auto pane = order.rbegin(); pane != order.rend(); ++pane) {
        const auto corners = layout.corners(*pane, layout.shown);
        const std::optional<PanePoint> at = meet(corners, layout.shown, ray);
        if (at && is_on(layout.shown, *at) && seen_opacity(corners, camera.eye()) >= 0.5f)
            return PaneHit{*pane, *at};
    }
    return std::nullopt;
}

Focus token_focus(const ImageStackPlan& plan, int token) {
    return {FocusKind::token, 0, plan.layer, -1, token, -1, false};
}

std::optional<Focus> pick_hud(const ImageStackPlan& plan, const Viewport& viewport, glm::vec2 pointer_px) {
    const ImageHudLayout hud = image_hud_layout(plan, viewport);
    for (const ImageHudLayout::Query& query : hud.queries) {
        if (!is_in(query.bounds, pointer_px)) continue;
        if (query.token < 0) return Focus{FocusKind::layer, 0, plan.layer, -1, -1, -1, false};
        return token_focus(plan, query.token);
    }
    for (const ImageHudLayout::Tile& tile : hud.tiles) {
        if (!is_in(tile.bounds, pointer_px)) continue;
        const int head = plan.strip.at(static_cast<size_t>(tile.index)).head;
        Focus focus = plan.query ? token_focus(plan, *plan.query)
                                 : Focus{FocusKind::layer, 0, plan.layer, -1, -1, -1, false};
        focus.head = head;
        return focus;
    }
    return std::nullopt;
}

// The token of the bar below the numbers' pane.
std::optional<int> token_of_bar(const ImageStackPlan& plan, const ImageStackLayout& layout, const Ray& ray) {
    constexpr float reach_u = 0.7f;  // below the pane
    if (plan.row.empty() || !has_query(plan.kind)) return std::nullopt;
    const Rect& shown = layout.shown;
    const std::optional<PanePoint> at = meet(layout.corners(plan.key_pane, shown), shown, ray);
    if (!at) return std::nullopt;
    const double foot = shown.y + shown.height;
    const double reach = static_cast<double>(reach_u / layout.size_u.y) * shown.height;
    if (at->y_px < foot || at->y_px > foot + reach) return std::nullopt;
    const double part = (at->x_px - shown.x) / shown.width;
    double from = 0.0;
    for (size_t o = 0; o < plan.others.size(); from += plan.ledger.others[o], ++o)
        if (part >= from && part < from + plan.ledger.others[o]) return plan.others[o];
    return std::nullopt;
}

}  // namespace

Focus pick_image_stack(const ImageStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                       const Viewport& viewport, glm::vec2 pointer_px) {
    const glm::vec2 size(viewport.size);
    if (pointer_px.x < 0.0f || pointer_px.y < 0.0f || pointer_px.x >= size.x - viewport.panel_px ||
        pointer_px.y >= size.y)
        return {};
    if (const auto focus = pick_hud(plan, viewport, pointer_px)) return *focus;
    const ImageStackLayout layout = image_layout(plan, motion);
    if (const auto hit = pane_under(layout, camera, viewport, pointer_px)) {
        if (layout.openness(hit->pane) < 0.5f) return {};
        const int patch = patch_at(plan, hit->at);
        if (patch < 0) return {};
        Focus focus = token_focus(plan, plan.token_of(patch));
        if (hit->pane == plan.key_pane && has_query(plan.kind)) focus.key = focus.query;
        return focus;
    }
    const auto token = token_of_bar(plan, layout, ray_through(camera, viewport, pointer_px));
    return token ? token_focus(plan, *token) : Focus{};
}

std::optional<int> sliver_at(const ImageStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                             const Viewport& viewport, glm::vec2 pointer_px) {
    const ImageStackLayout layout = image_layout(plan, motion);
    const auto hit = pane_under(layout, camera, viewport, pointer_px);
    if (!hit || hit->pane < 0 || layout.openness(hit->pane) >= 0.5f) return std::nullopt;
    return hit->pane <= plan.key_pane ? hit->pane : hit->pane - 1;
}

}  // namespace weft
