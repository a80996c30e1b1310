#include "scenes/pane_ray.h"

#include <algorithm>
#include <cmath>

#include "scenes/projection.h"

namespace weft {

Ray ray_through(const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px) {
    const CameraBasis basis = camera_basis(camera);
    const glm::vec2 half = 0.5f * glm::vec2(viewport.size);
    const float focal_px = half.y / std::tan(glm::radians(camera.fov_deg) * 0.5f);
    const glm::vec2 from_middle = (pointer_px - half) / focal_px;
    return {camera.eye(), basis.forward + basis.right * from_middle.x - basis.up * from_middle.y};
}

std::optional<PanePoint> meet(const std::array<glm::vec3, 4>& corners, const Rect& shown, const Ray& ray) {
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

int patch_at(const ImageStackPlan& plan, const PanePoint& at) {
    const Rect& area = plan.patches_area;
    if (!is_on(area, at)) return -1;
    const auto cell = [](double part, uint32_t count) {
        return std::clamp(static_cast<int>(part * count), 0, static_cast<int>(count) - 1);
    };
    const int row = cell((at.y_px - area.y) / area.height, plan.grid->rows);
    const int column = cell((at.x_px - area.x) / area.width, plan.grid->columns);
    return row * static_cast<int>(plan.grid->columns) + column;
}

}  // namespace weft
