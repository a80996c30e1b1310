// The camera of sheets: world units are pixels of the picture, origin top left, y down. Pure; any thread.
#pragma once

#include <algorithm>

#include "scenes/text_stack.h"

namespace weft {

inline DrawCamera flat_camera(const Viewport& viewport) {
    DrawCamera camera;
    camera.clip_from_view = glm::mat4(0.0f);
    camera.clip_from_view[0][0] = 2.0f / static_cast<float>(std::max(viewport.size.x, 1));
    camera.clip_from_view[1][1] = 2.0f / static_cast<float>(std::max(viewport.size.y, 1));
    camera.clip_from_view[3] = {-1.0f, -1.0f, 0.5f, 1.0f};
    return camera;
}

}  // namespace weft
