// Colours arrive as sRGB and blend in linear light.
#pragma once

#include <glm/glm.hpp>

namespace weft {

// IEC 61966-2-1; alpha is left alone.
glm::vec4 linear_from_srgb(const glm::vec4& color);

}  // namespace weft
