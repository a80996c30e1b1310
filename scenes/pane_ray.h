// Where the pointer meets an image's pane: exact, in the image's own pixels. Pure; any thread.
#pragma once

#include <array>
#include <optional>

#include "scenes/image_stack.h"

namespace weft {

struct Ray {
    glm::vec3 from{0.0f}, along{0.0f};
};
// From the eye through a point of the picture, px.
Ray ray_through(const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px);

struct PanePoint {
    double x_px = 0.0, y_px = 0.0;  // in the image's pixels
    float depth = 0.0f;             // along the ray
};
// Where the ray meets the plane of a pane that covers `shown` of the image and has its `corners` (top left,
// top right, bottom right, bottom left); none behind the eye or along the plane.
std::optional<PanePoint> meet(const std::array<glm::vec3, 4>& corners, const Rect& shown, const Ray& ray);

bool is_on(const Rect& part, const PanePoint& at);
// The patch there; -1 beside all of them.
int patch_at(const ImageStackPlan& plan, const PanePoint& at);

}  // namespace weft
