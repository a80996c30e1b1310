#include <algorithm>
#include <cmath>
#include <span>

#include "scenes/theme.h"

namespace weft {
namespace {

float linear_channel(float s) {
    return s <= 0.04045f ? s / 12.92f : std::pow((s + 0.055f) / 1.055f, 2.4f);
}

float srgb_channel(float l) {
    l = std::clamp(l, 0.0f, 1.0f);
    return l <= 0.0031308f ? 12.92f * l : 1.055f * std::pow(l, 1.0f / 2.4f) - 0.055f;
}

constexpr glm::vec3 white_d65{0.95047f, 1.0f, 1.08883f};

// CIE 1976 L*a*b*, D65.
glm::vec3 lab_from_srgb(const glm::vec4& c) {
    const float r = linear_channel(c.r), g = linear_channel(c.g), b = linear_channel(c.b);
    const glm::vec3 xyz = glm::vec3{0.4124564f * r + 0.3575761f * g + 0.1804375f * b,
                                    0.2126729f * r + 0.7151522f * g + 0.0721750f * b,
                                    0.0193339f * r + 0.1191920f * g + 0.9503041f * b} /
                          white_d65;
    const auto f = [](float t) {
        return t > 216.0f / 24389.0f ? std::cbrt(t) : (24389.0f / 27.0f * t + 16.0f) / 116.0f;
    };
    const float fx = f(xyz.x), fy = f(xyz.y), fz = f(xyz.z);
    return {116.0f * fy - 16.0f, 500.0f * (fx - fy), 200.0f * (fy - fz)};
}

glm::vec4 srgb_from_lab(const glm::vec3& lab) {
    const float fy = (lab.x + 16.0f) / 116.0f, fx = fy + lab.y / 500.0f, fz = fy - lab.z / 200.0f;
    const auto inverse = [](float t) {
        const float cube = t * t * t;
        return cube > 216.0f / 24389.0f ? cube : (116.0f * t - 16.0f) * 27.0f / 24389.0f;
    };
    const glm::vec3 xyz = glm::vec3{inverse(fx), inverse(fy), inverse(fz)} * white_d65;
    return {srgb_channel(3.2404542f * xyz.x - 1.5371385f * xyz.y - 0.4985314f * xyz.z),
            srgb_channel(-0.9692660f * xyz.x + 1.8760108f * xyz.y + 0.0415560f * xyz.z),
            srgb_channel(0.0556434f * xyz.x - 0.2040259f * xyz.y + 1.0572252f * xyz.z), 1.0f};
}

glm::vec4 color_at(std::span<const glm::vec4> stops, float position) {
    const float scaled = std::clamp(position, 0.0f, 1.0f) * static_cast<float>(stops.size() - 1);
    const size_t below = std::min(static_cast<size_t>(scaled), stops.size() - 2);
    const float part = scaled - static_cast<float>(below);
    return srgb_from_lab(glm::mix(lab_from_srgb(stops[below]), lab_from_srgb(stops[below + 1]), part));
}

}  // namespace

glm::vec4 weight_color(const Theme& theme, float weight) {
    return color_at(theme.weight_map, std::sqrt(std::clamp(weight, 0.0f, 1.0f)));
}

glm::vec4 difference_color(const Theme& theme, float difference) {
    return color_at(theme.difference_map, 0.5f + 0.5f * std::clamp(difference, -1.0f, 1.0f));
}

}  // namespace weft
