// How different two colours look, also to the colour-blind: what the palettes are measured with. Double
// precision throughout; apart from scenes/color_map.cpp on purpose.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <glm/glm.hpp>

namespace weft::test {

enum class Vision { normal, deuteranopia, protanopia, tritanopia };
constexpr std::array<Vision, 4> all_visions{Vision::normal, Vision::deuteranopia, Vision::protanopia,
                                            Vision::tritanopia};

inline glm::dvec3 linear_rgb(const glm::vec4& srgb) {
    const auto linear = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return {linear(static_cast<double>(srgb.r)), linear(static_cast<double>(srgb.g)),
            linear(static_cast<double>(srgb.b))};
}

// Linear RGB as someone with that vision sees it: G. Machado, M. Oliveira, L. Fernandes, "A Physiologically-
// based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, severity 1.
inline glm::dvec3 seen_as(const glm::dvec3& rgb, Vision vision) {
    const auto rows = [&rgb](const glm::dvec3& r, const glm::dvec3& g, const glm::dvec3& b) {
        return glm::clamp(glm::dvec3{glm::dot(r, rgb), glm::dot(g, rgb), glm::dot(b, rgb)}, 0.0, 1.0);
    };
    switch (vision) {
        case Vision::deuteranopia:
            return rows({0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413},
                        {-0.011820, 0.042940, 0.968881});
        case Vision::protanopia:
            return rows({0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216},
                        {-0.003882, -0.048116, 1.051998});
        case Vision::tritanopia:
            return rows({1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602},
                        {0.004733, 0.691367, 0.303900});
        case Vision::normal:
            break;
    }
    return rgb;
}

// CIE 1976 L*a*b* for D65.
inline glm::dvec3 lab_of(const glm::dvec3& rgb) {
    const auto f = [](double t) {
        return t > 216.0 / 24389.0 ? std::cbrt(t) : (24389.0 / 27.0 * t + 16.0) / 116.0;
    };
    const double x = f((0.4124564 * rgb.r + 0.3575761 * rgb.g + 0.1804375 * rgb.b) / 0.95047);
    const double y = f(0.2126729 * rgb.r + 0.7151522 * rgb.g + 0.0721750 * rgb.b);
    const double z = f((0.0193339 * rgb.r + 0.1191920 * rgb.g + 0.9503041 * rgb.b) / 1.08883);
    return {116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)};
}

inline glm::dvec3 lab_seen(const glm::vec4& srgb, Vision vision) {
    return lab_of(seen_as(linear_rgb(srgb), vision));
}

// CIEDE2000 as in G. Sharma, W. Wu, E. Dalal, Color Research and Application 30(1), 2005.
inline double ciede2000(const glm::dvec3& first, const glm::dvec3& second) {
    const double pi = std::acos(-1.0), degree = pi / 180.0;
    const auto seventh = [](double c) {
        return std::sqrt(std::pow(c, 7.0) / (std::pow(c, 7.0) + std::pow(25.0, 7.0)));
    };
    const double mean_c = 0.5 * (std::hypot(first.y, first.z) + std::hypot(second.y, second.z));
    const double g = 0.5 * (1.0 - seventh(mean_c));
    const double a1 = first.y * (1.0 + g), a2 = second.y * (1.0 + g);
    const double c1 = std::hypot(a1, first.z), c2 = std::hypot(a2, second.z);
    const auto hue = [&](double a, double b) {
        const double h = std::atan2(b, a) / degree;
        return h < 0.0 ? h + 360.0 : h;
    };
    const double h1 = c1 == 0.0 ? 0.0 : hue(a1, first.z), h2 = c2 == 0.0 ? 0.0 : hue(a2, second.z);
    const bool has_hues = c1 * c2 != 0.0;
    double dh = has_hues ? h2 - h1 : 0.0;
    if (dh > 180.0) dh -= 360.0;
    if (dh < -180.0) dh += 360.0;
    double h = h1 + h2;
    if (has_hues) {
        if (std::abs(h1 - h2) > 180.0) h += h < 360.0 ? 360.0 : -360.0;
        h *= 0.5;
    }
    const double dl = second.x - first.x, dc = c2 - c1;
    const double dhue = 2.0 * std::sqrt(c1 * c2) * std::sin(0.5 * dh * degree);
    const double l = 0.5 * (first.x + second.x), c = 0.5 * (c1 + c2);
    const double t = 1.0 - 0.17 * std::cos((h - 30.0) * degree) + 0.24 * std::cos(2.0 * h * degree) +
                     0.32 * std::cos((3.0 * h + 6.0) * degree) - 0.20 * std::cos((4.0 * h - 63.0) * degree);
    const double around = (h - 275.0) / 25.0;
    const double rotation = -std::sin(60.0 * std::exp(-around * around) * degree) * 2.0 * seventh(c);
    const double off = (l - 50.0) * (l - 50.0);
    const double sl = dl / (1.0 + 0.015 * off / std::sqrt(20.0 + off)), sc = dc / (1.0 + 0.045 * c),
                 sh = dhue / (1.0 + 0.015 * c * t);
    return std::sqrt(sl * sl + sc * sc + sh * sh + rotation * sc * sh);
}

inline double color_distance(const glm::vec4& a, const glm::vec4& b, Vision vision) {
    return ciede2000(lab_seen(a, vision), lab_seen(b, vision));
}

// The least distance between any two of a palette.
template <typename Palette>
double least_distance(const Palette& palette, Vision vision) {
    double least = 1e9;
    for (size_t i = 0; i < palette.size(); ++i)
        for (size_t j = i + 1; j < palette.size(); ++j)
            least = std::min(least, color_distance(palette[i], palette[j], vision));
    return least;
}

}  // namespace weft::test
