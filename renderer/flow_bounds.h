// How much of the picture and of the depth the flow lines of a list can touch: every line lies in the hull of
// its batch's ends and handles. Pure; any thread.
#pragma once

#include "renderer/draw_list.h"

namespace weft {

struct FlowBounds {
    float nearest_u = 0.0f, farthest_u = 1.0f;  // along the view
    glm::ivec2 min_px{0}, max_px{0};            // of targets of the given size; empty where max <= min
};

FlowBounds flow_bounds(const DrawList& list, glm::ivec2 target_px, float px_scale);

}  // namespace weft
