#include "scenes/color_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/error.h"

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

struct KnownMap {
    const char* name;
    std::array<uint32_t, 17> stops;
};

// Seventeen of the 256 colours each; what is interpolated between them is at most 13/255 off. viridis, magma,
// plasma: S. van der Walt, N. Smith, E. Firing 2015; cividis: Nunez, Anderton, Renslow 2018.
const std::array<KnownMap, 4> known_maps{{
    {"viridis",
     {0x440154, 0x48186A, 0x472D7B, 0x424086, 0x3B528B, 0x33638D, 0x2C728E, 0x26828E, 0x21918C, 0x1F9F88,
      0x27AD81, 0x3DBC74, 0x5CC863, 0x81D34D, 0xAADC32, 0xD5E21A, 0xFDE725}},
    {"cividis",
     {0x00224E, 0x002E6A, 0x1A386F, 0x32436D, 0x434E6C, 0x535A6D, 0x61656F, 0x6F7073, 0x7D7C78, 0x8B8778,
      0x9A9376, 0xAAA073, 0xBBAD6D, 0xCCBA64, 0xDDC858, 0xEFD748, 0xFEE838}},
    {"magma",
     {0x000004, 0x0A0822, 0x1D1147, 0x36106B, 0x51127C, 0x6A1C81, 0x832681, 0x9C2E7F, 0xB73779, 0xCF4070,
      0xE55064, 0xF4695C, 0xFB8761, 0xFEA571, 0xFEC287, 0xFDE0A1, 0xFCFDBF}},
    {"plasma",
     {0x0D0887, 0x310597, 0x4C02A1, 0x6600A7, 0x7E03A8, 0x9511A1, 0xAA2395, 0xBC3587, 0xCC4778, 0xD9586A,
      0xE56B5D, 0xF07F4F, 0xF89441, 0xFDAB33, 0xFDC328, 0xF9DD25, 0xF0F921}},
}};

}  // namespace

const std::vector<std::string>& color_map_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all{"default"};
        for (const KnownMap& map : known_maps) all.emplace_back(map.name);
        return all;
    }();
    return names;
}

std::shared_ptr<const ColorMap> named_color_map(const std::string& name) {
    static const std::vector<std::shared_ptr<const ColorMap>> maps = [] {
        std::vector<std::shared_ptr<const ColorMap>> made;
        for (const KnownMap& known : known_maps) {
            auto map = std::make_shared<ColorMap>();
            map->name = known.name;
            for (const uint32_t rgb : known.stops) map->colors.push_back(srgb_color(rgb));
            made.push_back(std::move(map));
        }
        return made;
    }();
    for (const auto& map : maps)
        if (map->name == name) return map;
    return nullptr;
}

std::shared_ptr<const ColorMap> color_map_of_strip(const std::string& name, uint32_t width, uint32_t height,
                                                   std::span<const uint8_t> rgba) {
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    if ((width != 1 && height != 1) || std::max(width, height) < 2)
        throw Error("the colour map '" + name + "' is \"" + size + "\" pixels",
                    "Give a strip that is 1 pixel high or wide, from the colour of 0 to that of the most.");
    const size_t count = size_t{width} * height;
    if (count > most_map_colors)
        throw Error("the colour map '" + name + "' has \"" + std::to_string(count) + "\" colours",
                    "It can have " + std::to_string(most_map_colors) + ".");
    WEFT_ASSERT(rgba.size() == 4 * count, std::to_string(rgba.size()) + " bytes of " + size);
    auto map = std::make_shared<ColorMap>();
    map->name = name;
    for (size_t i = 0; i < count; ++i) {
        const uint8_t* pixel = &rgba[4 * i];
        if (pixel[3] != 255)
            throw Error("the colour map '" + name + "' is transparent at pixel \"" + std::to_string(i) + "\"",
                        "Make all of it opaque.");
        map->colors.push_back(
            srgb_color(uint32_t{pixel[0]} << 16 | uint32_t{pixel[1]} << 8 | uint32_t{pixel[2]}));
    }
    return map;
}

bool has_monotone_lightness(const ColorMap& map) {
    // Steps that 8 bits cannot show are level.
    constexpr float least_step = 0.3f;
    float lightest = -1.0f, darkest = 101.0f;
    bool rises = true, falls = true;
    for (const glm::vec4& color : map.colors) {
        const float lightness = lab_from_srgb(color).x;
        rises = rises && lightness > lightest - least_step;
        falls = falls && lightness < darkest + least_step;
        lightest = std::max(lightest, lightness);
        darkest = std::min(darkest, lightness);
    }
    return (rises || falls) && lightest - darkest > least_step;
}

float contrast(const glm::vec4& a, const glm::vec4& b) {
    const auto luminance = [](const glm::vec4& c) {
        return 0.2126f * linear_channel(c.r) + 0.7152f * linear_channel(c.g) + 0.0722f * linear_channel(c.b);
    };
    const float x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05f) / (std::min(x, y) + 0.05f);
}

glm::vec4 readable(const Theme& theme, const glm::vec4& color) {
    constexpr int steps = 16;
    for (int step = 0; step < steps; ++step) {
        const float part = static_cast<float>(step) / static_cast<float>(steps);
        const glm::vec4 mixed = with_alpha(glm::mix(color, theme.text, part), color.a);
        if (contrast(mixed, theme.ground) >= least_text_contrast) return mixed;
    }
    return with_alpha(theme.text, color.a);
}

glm::vec4 map_color(const Theme& theme, const ColorMap* map, float position) {
    if (!map) return color_at(theme.weight_map, position);
    return color_at(map->colors, position);
}

glm::vec4 weight_color(const Theme& theme, float weight, const ColorMap* map) {
    return map_color(theme, map, std::sqrt(std::clamp(weight, 0.0f, 1.0f)));
}

glm::vec4 difference_color(const Theme& theme, float difference) {
    return color_at(theme.difference_map, 0.5f + 0.5f * std::clamp(difference, -1.0f, 1.0f));
}

}  // namespace weft
