#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "scenes/image_hud.h"
#include "scenes/image_stack.h"
#include "scenes/projection.h"

namespace weft {
namespace {

bool is_in(const ScreenBounds& bounds, glm::vec2 at) {
    return at.x >= bounds.left && at.x <= bounds.right && at.y >= bounds.top && at.y <= bounds.bottom;
}

struct Ray {
    glm::vec3 from{0.0f}, along{0.0f};
};

Ray ray_through(const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px) {
    const CameraBasis basis = camera_basis(camera);
    const glm::vec2 half = 0.5f * glm::vec2(viewport.size);
    const float focal_px = half.y / std::tan(glm::radians(camera.fov_deg) * 0.5f);
    const glm::vec2 from_middle = (pointer_px - half) / focal_px;
    return {camera.eye(), basis.forward + basis.right * from_middle.x - basis.up * from_middle.y};
}

struct PanePoint {
    double x_px = 0.0, y_px = 0.0;  // in the image's pixels
    float depth = 0.0f;             // along the ray
};

// Where the ray meets the pane's plane; none behind the eye or along the plane.
std::optional<PanePoint> meet(const ImageStackLayout& layout, int pane, const Ray& ray) {
    const Rect& shown = layout.shown;
    const auto corners = layout.corners(pane, shown);
    const glm::vec3 across = corners[1] - corners[0], down = corners[3] - corners[0];
    const glm::vec3 normal = glm::cross(across, down);
    const float slope = glm::dot(ray.along, normal);
    if (std::abs(slope) < 1e-6f * glm::length(normal)) return std::nullopt;
    const float depth = glm::dot(corners[0] - ray.from, normal) / slope;
    if (depth <= near_plane_u) return std::nullopt;
    const glm::vec3 at = ray.from + depth * ray.along - corners[0];
    PanePoint point;
    point.depth = depth;
    point.x_px = shown.x + shown.width * static_cast<double>(glm::dot(at, across) / glm::dot(across, across));
    point.y_px = shown.y + shown.height * static_cast<double>(glm::dot(at, down) / glm::dot(down, down));
    return point;
}

bool is_on(const Rect& part, const PanePoint& at) {
    return at.x_px >= part.x && at.x_px < part.x + part.width && at.y_px >= part.y &&
           at.y_px < part.y + part.height;
}

// The nearest pane under the pointer, as it is drawn.
struct PaneHit {
    int pane = -1;
    PanePoint at;
};
std::optional<PaneHit> pane_under(const ImageStackPlan& plan, const ImageStackLayout& layout,
                                  const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                                  glm::vec2 pointer_px) {
    const Ray ray = ray_through(camera, viewport, pointer_px);
    const float eye = motion.fold > 0.5f ? layout.x(-1) : camera.eye().x;
    std::optional<PaneHit> nearest;
    for (int pane = -1; pane <= plan.layers; ++pane) {
        const std::optional<PanePoint> at = meet(layout, pane, ray);
        if (!at || !is_on(layout.shown, *at)) continue;
        if (!nearest || std::abs(layout.x(pane) - eye) < std::abs(layout.x(nearest->pane) - eye))
            nearest = PaneHit{pane, *at};
    }
    return nearest;
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
    const std::optional<PanePoint> at = meet(layout, plan.key_pane, ray);
    if (!at) return std::nullopt;
    const Rect& shown = layout.shown;
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
    if (const auto hit = pane_under(plan, layout, motion, camera, viewport, pointer_px)) {
        if (layout.openness(hit->pane) < 0.5f) return {};
        if (!is_on(plan.patches_area, hit->at)) return {};
        const Rect& area = plan.patches_area;
        const auto cell = [](double part, uint32_t count) {
            return std::clamp(static_cast<int>(part * count), 0, static_cast<int>(count) - 1);
        };
        const int row = cell((hit->at.y_px - area.y) / area.height, plan.grid->rows);
        const int column = cell((hit->at.x_px - area.x) / area.width, plan.grid->columns);
        Focus focus = token_focus(plan, plan.token_of(row * static_cast<int>(plan.grid->columns) + column));
        if (hit->pane == plan.key_pane && has_query(plan.kind)) focus.key = focus.query;
        return focus;
    }
    const auto token = token_of_bar(plan, layout, ray_through(camera, viewport, pointer_px));
    return token ? token_focus(plan, *token) : Focus{};
}

std::optional<int> sliver_at(const ImageStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                             const Viewport& viewport, glm::vec2 pointer_px) {
    const ImageStackLayout layout = image_layout(plan, motion);
    const auto hit = pane_under(plan, layout, motion, camera, viewport, pointer_px);
    if (!hit || hit->pane < 0 || layout.openness(hit->pane) >= 0.5f) return std::nullopt;
    return hit->pane <= plan.key_pane ? hit->pane : hit->pane - 1;
}

}  // namespace weft
