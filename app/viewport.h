// How large things are drawn in a picture of a given size.
#pragma once

#include <algorithm>

#include "scenes/hud.h"

namespace weft {

inline constexpr float prompt_height_px = 26.0f;  // with the gap below it

// Scale 1 at 1280x720; `setting` is the user's, 0.5 to 3.
inline Viewport viewport_of(glm::ivec2 size, float setting, float panel_px = 0.0f, int segments = 16,
                            bool has_prompt = false) {
    Viewport viewport;
    viewport.size = size;
    const glm::vec2 scale = glm::vec2(size) / glm::vec2(1280.0f, 720.0f);
    viewport.ui_scale = std::max(0.1f, std::min(scale.x, scale.y) * setting);
    viewport.panel_px = panel_px;
    if (has_prompt) viewport.prompt_px = prompt_height_px * hud_scale(viewport, 1.0f);
    viewport.segments = segments;
    return viewport;
}

}  // namespace weft
