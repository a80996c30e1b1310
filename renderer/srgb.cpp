#include "renderer/srgb.h"

#include <cmath>

namespace weft {

glm::vec4 linear_from_srgb(const glm::vec4& color) {
    const auto channel = [](float c) {
        return c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f);
    };
    return {channel(color.r), channel(color.g), channel(color.b), color.a};
}

glm::vec4 linear_over_ground(const glm::vec4& color, const glm::vec4& ground) {
    constexpr glm::vec3 luminance{0.2126f, 0.7152f, 0.0722f};
    const auto linear = [&](const glm::vec3& rgb) {
        return glm::dot(glm::vec3(linear_from_srgb(glm::vec4(rgb, 1.0f))), luminance);
    };
    const float full = linear(color) - linear(ground);
    const float wanted = linear(glm::mix(glm::vec3(ground), glm::vec3(color), color.a)) - linear(ground);
    glm::vec4 out = linear_from_srgb(color);
    if (std::abs(full) > 1e-4f) out.a = glm::clamp(std::max(color.a, wanted / full), 0.0f, 1.0f);
    return out;
}

}  // namespace weft
