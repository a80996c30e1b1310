// The panes of the layers, back to front, and the hairlines that tie the outer labels to their rows. Pure;
// any thread.
#pragma once

#include "scenes/focus_lines.h"
#include "scenes/layout.h"
#include "scenes/theme.h"

namespace weft {

// The panes seen from `eye`, farthest first: indices 0..layers.
std::vector<int> panes_back_to_front(const TextStackLayout& layout, const glm::vec3& eye);

void add_panes(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
               const ViewState& view, const ViewMotion& motion, const Camera& camera);

}  // namespace weft
