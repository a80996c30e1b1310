// Where what is selected stands, a camera that sees all of it, and turning around it. Pure; any thread.
#pragma once

#include <span>
#include <vector>

#include "scenes/image_stack.h"
#include "scenes/layout.h"
#include "scenes/text_stack.h"
#include "scenes/two_towers.h"

namespace weft {

// Nearer than this nothing focused comes to the eye: twice the distance at which lines fade out, far beyond
// the near plane.
constexpr float least_focus_u = 3.0f;

// The ends of the focus' strongest lines, or the corners of its lane or gap, u; empty where there is none. Of
// a token its own place comes first, at both ends of its lanes.
std::vector<glm::vec3> focus_points(const TextStackPlan& plan, const TextStackLayout& layout,
                                    const Focus& focus);

// Of two towers: in each of the three attentions that the focus means something in.
std::vector<glm::vec3> towers_focus_points(const TwoTowersPlan& plan, const ViewMotion& motion,
                                           const Focus& focus, const Viewport& viewport);

// Of an image: the corners of the selected patch, as query and as key; empty where no patch is selected.
std::vector<glm::vec3> image_focus_points(const ImageStackPlan& plan, const ViewMotion& motion,
                                          const Focus& focus);

// Looks the way `from` looks, so near that the points fill the picture's margins. `points` must not be empty.
Camera focus_camera(std::span<const glm::vec3> points, const Camera& from, const Viewport& viewport,
                    float text_scale);

// The middle of their box.
glm::vec3 middle_of(std::span<const glm::vec3> points);

// Turns eye and target around `pivot` by degrees; pitch stays within `pitch_limit_deg`. The pivot keeps its
// place on the picture and the horizon stays level.
void orbit_around(Camera& camera, const glm::vec3& pivot, float yaw_deg, float pitch_deg,
                  float pitch_limit_deg);

}  // namespace weft
