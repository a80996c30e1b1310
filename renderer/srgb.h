// Colours arrive as sRGB and blend in linear light.
#pragma once

#include <glm/glm.hpp>

namespace weft {

// IEC 61966-2-1; alpha is left alone.
glm::vec4 linear_from_srgb(const glm::vec4& color);

// The same for a thin fill over a ground. On a light ground alpha is raised so that blending in linear light
// gives what straight alpha on sRGB values gives: a few percent of a dark colour would vanish there.
glm::vec4 linear_over_ground(const glm::vec4& color, const glm::vec4& ground);

}  // namespace weft
