#include "app/color_map_file.h"

#include <algorithm>
#include <filesystem>

#include "analysis/error.h"
#include "analysis/image/decode.h"
#include "app/view_options.h"

namespace weft {

namespace {

constexpr DecodeLimits strip_limits{
    .file_bytes = 1'000'000, .dimension = most_map_colors, .pixels = most_map_colors};

}  // namespace

std::shared_ptr<const ColorMap> load_color_map(const std::string& value) {
    std::error_code failed;
    const bool is_name = std::ranges::find(color_map_names(), value) != color_map_names().end();
    if (is_name) return named_color_map(value);
    const bool is_path = value.find_first_of("./") != std::string::npos;
    if (!is_path && !std::filesystem::exists(value, failed)) parse_choice("map", value, color_map_names());
    const DecodedImage strip = decode_image(value, strip_limits);
    return color_map_of_strip(value, strip.width, strip.height, strip.rgba);
}

std::string color_map_remark(const ColorMap* map) {
    if (!map || has_monotone_lightness(*map)) return "";
    return "the lightness of the colour map '" + map->name +
           "' goes up and down: in grey, and for many eyes, more and less look alike";
}

std::string color_map_text(const ColorMap* map) {
    return map ? map->name : color_map_names().front();
}

}  // namespace weft
