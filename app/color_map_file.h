// A colour map by name, or of a picture that somebody made.
#pragma once

#include <memory>
#include <string>

#include "scenes/color_map.h"

namespace weft {

// `value`: one of color_map_names(), else a file: an image that is 1 pixel high or wide (see
// color_map_of_strip). Null for "default". Throws weft::Error, UsageError with the nearest name where there
// is no such file.
std::shared_ptr<const ColorMap> load_color_map(const std::string& value);

// What to say about it; empty: nothing.
std::string color_map_remark(const ColorMap* map);

std::string color_map_text(const ColorMap* map);  // its name

}  // namespace weft
