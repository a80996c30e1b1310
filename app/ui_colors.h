// The colours that panels and the prompt line share with the scene's theme. sRGB, alpha straight.
#pragma once

#include <glm/glm.hpp>

#include "scenes/theme.h"

namespace weft {

struct UiColors {
    glm::vec4 ground{0.0f}, panel{1.0f}, rule{1.0f}, text{1.0f}, dim_text{1.0f}, accent{1.0f};
    bool operator==(const UiColors&) const = default;
};

inline UiColors ui_colors(ThemeName name) {
    const Theme& t = theme(name);
    return {t.ground, t.panel, t.rule, t.text, t.dim_text, t.drawn};
}

}  // namespace weft
