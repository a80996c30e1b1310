// Colours arrive as sRGB and blend in linear light.
#pragma once

#include <glm/glm.hpp>

namespace weft {

// IEC 61966-2-1; alpha is left alone.
glm::vec4 linear_from_srgb(const glm::vec4& color);

// The same for a thin fill over a ground: alpha is changed so that blending in linear light over `ground`
// gives the brightness that straight alpha on sRGB values gives (3.5 % of a pale colour on a dark ground stay
// a breath).
glm::vec4 linear_over_ground(const glm::vec4& color, const glm::vec4& ground);

}  // namespace weft
