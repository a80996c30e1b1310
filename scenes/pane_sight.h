// What the eye sees of upright panes that hide what is behind them. Pure; any thread.
#pragma once

#include <array>
#include <glm/glm.hpp>
#include <span>
#include <utility>
#include <vector>

namespace weft {

using PaneCorners = std::array<glm::vec3, 4>;  // top left, top right, bottom right, bottom left

// The parts of a segment on one pane that no other pane nearer to the eye covers; all panes are parallel.
std::vector<std::pair<glm::vec3, glm::vec3>> seen_parts(const glm::vec3& a, const glm::vec3& b,
                                                        const glm::vec3& eye,
                                                        std::span<const PaneCorners> panes);

// Opacity of a pane that the eye is about to pass through: 0 on it, 1 from near_fade_u (scenes/projection.h)
// on.
float seen_opacity(const PaneCorners& pane, const glm::vec3& eye);

}  // namespace weft
