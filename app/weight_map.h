// The colours of weights in matrices: colour = sqrt(weight), interpolated in Lab between the design's stops, lightness
// strictly monotone. Pure.
#pragma once

#include <array>
#include <glm/glm.hpp>

#include "scenes/view_state.h"

namespace weft {

constexpr std::array<float, 5> weight_ticks{0.0f, 0.05f, 0.2f, 0.5f, 1.0f};

// `weight` is cut to 0..1. sRGB, alpha 1.
glm::vec4 weight_color(ThemeName theme, float weight);

// At `position` 0..1 along the colour bar, that is sqrt(weight).
glm::vec4 weight_map_color(ThemeName theme, float position);

// CIE Lab (D65) of an sRGB colour and back; out-of-range results are cut.
glm::vec3 lab_from_srgb(glm::vec3 srgb);
glm::vec3 srgb_from_lab(glm::vec3 lab);

}  // namespace weft
