// Which side of a stored image is up. Pure functions.
#pragma once

#include <string_view>

#include "analysis/image/decode.h"

namespace weft {

// 1 to 8 as EXIF numbers them; 1 where neither says anything that can be read. `exif` is a TIFF structure
// with or without "Exif\0\0" before it, `xmp` is asked only if `exif` has no orientation (both as in Pillow).
int read_orientation(std::string_view exif, std::string_view xmp);

DecodedImage turn_upright(DecodedImage image, int orientation);

}  // namespace weft
