#include "app/weight_map.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace weft {

namespace {

using Stops = std::array<uint32_t, 6>;
constexpr Stops dark_stops{0x12161F, 0x233A73, 0x1F7FA6, 0x56BD93, 0xCFE27C, 0xFFF9DC};
constexpr Stops light_stops{0xFBFAF7, 0xCDE3D3, 0x7DBFB9, 0x3389B0, 0x2B539A, 0x231A5C};
constexpr glm::vec3 white_d65{0.95047f, 1.0f, 1.08883f};

glm::vec3 from_hex(uint32_t hex) {
    return glm::vec3((hex >> 16) & 0xFF, (hex >> 8) & 0xFF, hex & 0xFF) / 255.0f;
}

float linear(float c) { return c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f); }
float encoded(float c) {
    const float x = std::clamp(c, 0.0f, 1.0f);
    return x <= 0.0031308f ? x * 12.92f : 1.055f * std::pow(x, 1.0f / 2.4f) - 0.055f;
}

constexpr float delta = 6.0f / 29.0f;
float lab_f(float t) { return t > delta * delta * delta ? std::cbrt(t) : t / (3 * delta * delta) + 4.0f / 29.0f; }
float lab_f_inverse(float t) { return t > delta ? t * t * t : 3 * delta * delta * (t - 4.0f / 29.0f); }

}  // namespace

glm::vec3 lab_from_srgb(glm::vec3 srgb) {
    const glm::vec3 c{linear(srgb.r), linear(srgb.g), linear(srgb.b)};
    const glm::vec3 xyz{0.4124564f * c.r + 0.3575761f * c.g + 0.1804375f * c.b,
                        0.2126729f * c.r + 0.7151522f * c.g + 0.0721750f * c.b,
                        0.0193339f * c.r + 0.1191920f * c.g + 0.9503041f * c.b};
    const glm::vec3 n = xyz / white_d65;
    const glm::vec3 f{lab_f(n.x), lab_f(n.y), lab_f(n.z)};
    return {116.0f * f.y - 16.0f, 500.0f * (f.x - f.y), 200.0f * (f.y - f.z)};
}

glm::vec3 srgb_from_lab(glm::vec3 lab) {
    const float y = (lab.x + 16.0f) / 116.0f;
    const glm::vec3 xyz =
        glm::vec3(lab_f_inverse(y + lab.y / 500.0f), lab_f_inverse(y), lab_f_inverse(y - lab.z / 200.0f)) * white_d65;
    return {encoded(3.2404542f * xyz.x - 1.5371385f * xyz.y - 0.4985314f * xyz.z),
            encoded(-0.9692660f * xyz.x + 1.8760108f * xyz.y + 0.0415560f * xyz.z),
            encoded(0.0556434f * xyz.x - 0.2040259f * xyz.y + 1.0572252f * xyz.z)};
}

glm::vec4 weight_map_color(ThemeName theme, float position) {
    const Stops& stops = theme == ThemeName::dark ? dark_stops : light_stops;
    const float at = std::clamp(position, 0.0f, 1.0f) * static_cast<float>(stops.size() - 1);
    const size_t low = std::min(static_cast<size_t>(at), stops.size() - 2);
    const glm::vec3 a = lab_from_srgb(from_hex(stops[low])), b = lab_from_srgb(from_hex(stops[low + 1]));
    return glm::vec4(srgb_from_lab(glm::mix(a, b, at - static_cast<float>(low))), 1.0f);
}

glm::vec4 weight_color(ThemeName theme, float weight) {
    return weight_map_color(theme, std::sqrt(std::clamp(weight, 0.0f, 1.0f)));
}

}  // namespace weft
