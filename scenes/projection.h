// From the orbiting camera to matrices, and from the world to pixels: one place, so that lines, labels and
// picking agree. Pure; any thread.
#pragma once

#include <glm/glm.hpp>

#include "scenes/text_stack.h"

namespace weft {

constexpr float near_plane_u = 0.05f, far_plane_u = 1000.0f;
constexpr float near_fade_u = 1.5f;  // flow lines nearer than this fade out

// Unit vectors of the picture in the world; defined for every pitch, also straight down.
struct CameraBasis {
    glm::vec3 right{1.0f, 0.0f, 0.0f}, up{0.0f, 1.0f, 0.0f}, forward{0.0f, 0.0f, -1.0f};
};
CameraBasis camera_basis(const Camera& camera);

DrawCamera draw_camera(const Camera& camera, const Viewport& viewport);

// Pixels of the whole picture, origin top left; z = distance along the view direction in u (<= 0: behind the
// eye, then x and y mean nothing).
glm::vec3 screen_from_world(const DrawCamera& camera, const Viewport& viewport, const glm::vec3& world);

// Pixels of one world unit that faces the camera at `depth_u`.
float pixels_per_unit(const Camera& camera, const Viewport& viewport, float depth_u);

}  // namespace weft
