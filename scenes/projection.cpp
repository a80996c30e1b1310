#include "scenes/projection.h"

#include <algorithm>
#include <cmath>

namespace weft {

CameraBasis camera_basis(const Camera& camera) {
    const float yaw = glm::radians(camera.yaw_deg);
    CameraBasis basis;
    basis.forward = camera.forward();
    basis.right = {std::cos(yaw), 0.0f, -std::sin(yaw)};
    basis.up = glm::cross(basis.right, basis.forward);
    return basis;
}

DrawCamera draw_camera(const Camera& camera, const Viewport& viewport) {
    const CameraBasis basis = camera_basis(camera);
    const float width = static_cast<float>(std::max(viewport.size.x, 1));
    const float height = static_cast<float>(std::max(viewport.size.y, 1));
    const float focal = 1.0f / std::tan(0.5f * glm::radians(camera.fov_deg));

    DrawCamera result;
    result.eye = camera.eye();
    result.near_fade_u = near_fade_u;
    for (int column = 0; column < 3; ++column)
        result.view_from_world[column] = {basis.right[column], basis.up[column], -basis.forward[column],
                                          0.0f};
    result.view_from_world[3] = {-glm::dot(basis.right, result.eye), -glm::dot(basis.up, result.eye),
                                 glm::dot(basis.forward, result.eye), 1.0f};

    glm::mat4 clip(0.0f);
    clip[0][0] = focal * height / width;
    clip[1][1] = -focal;
    clip[2][2] = far_plane_u / (near_plane_u - far_plane_u);
    clip[2][3] = -1.0f;
    clip[3][2] = near_plane_u * far_plane_u / (near_plane_u - far_plane_u);
    result.clip_from_view = clip;
    return result;
}

glm::vec3 screen_from_world(const DrawCamera& camera, const Viewport& viewport, const glm::vec3& world) {
    const glm::vec4 clip = camera.clip_from_view * (camera.view_from_world * glm::vec4(world, 1.0f));
    const float w = clip.w == 0.0f ? 1e-9f : clip.w;
    return {(0.5f + 0.5f * clip.x / w) * static_cast<float>(viewport.size.x),
            (0.5f + 0.5f * clip.y / w) * static_cast<float>(viewport.size.y), clip.w};
}

float pixels_per_unit(const Camera& camera, const Viewport& viewport, float depth_u) {
    const float focal = 1.0f / std::tan(0.5f * glm::radians(camera.fov_deg));
    return 0.5f * static_cast<float>(viewport.size.y) * focal / std::max(depth_u, near_plane_u);
}

}  // namespace weft
