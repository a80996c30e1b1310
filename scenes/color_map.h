// Colours of a number 0..1: the theme's own weight map, one of the well-known ones, or a strip that somebody
// made. Pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scenes/theme.h"

namespace weft {

struct ColorMap {
    std::string name;               // as it was asked for
    std::vector<glm::vec4> colors;  // at equal distances, at least 2
    bool operator==(const ColorMap&) const = default;
};

// "default" (which is no map: null), viridis, cividis, magma, plasma.
const std::vector<std::string>& color_map_names();
// Null for "default" and for what is none of the names.
std::shared_ptr<const ColorMap> named_color_map(const std::string& name);

// Of an image of one row or one column, left to right or top to bottom; 8-bit RGBA, sRGB, at most
// `most_map_colors` pixels, all opaque. Throws weft::Error that names `name` and what is wrong.
std::shared_ptr<const ColorMap> color_map_of_strip(const std::string& name, uint32_t width, uint32_t height,
                                                   std::span<const uint8_t> rgba);
constexpr uint32_t most_map_colors = 4096;

// CIE lightness rises or falls from step to step all the way; else more and less cannot be told apart by it.
bool has_monotone_lightness(const ColorMap& map);

// The colour at `position` 0..1 of `map`, or of the theme's weight map where it is null.
glm::vec4 map_color(const Theme& theme, const ColorMap* map, float position);

}  // namespace weft
