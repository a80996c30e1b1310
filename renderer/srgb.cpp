#include "renderer/srgb.h"

#include <cmath>

namespace weft {

glm::vec4 linear_from_srgb(const glm::vec4& color) {
    const auto channel = [](float c) {
        return c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f);
    };
    return {channel(color.r), channel(color.g), channel(color.b), color.a};
}

}  // namespace weft
