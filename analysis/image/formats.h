// The formats behind decode.h, one file each. Each takes the whole file in memory, checks its header with
// `check_size` before it takes memory for pixels, and throws weft::Error for damage of any kind.
#pragma once

#include <string>
#include <string_view>

#include "analysis/image/decode.h"

namespace weft {

// As stored, before it is turned upright.
struct StoredImage {
    DecodedImage image;
    std::string exif, xmp;  // raw metadata, "" if there is none
};

StoredImage decode_png(std::string_view bytes, const std::string& source, const DecodeLimits& limits);
StoredImage decode_jpeg(std::string_view bytes, const std::string& source, const DecodeLimits& limits);
StoredImage decode_webp(std::string_view bytes, const std::string& source, const DecodeLimits& limits);

// Throws weft::Error if one of the sides is 0 or beyond the limits.
void check_size(uint64_t width, uint64_t height, const std::string& source, const DecodeLimits& limits);

[[noreturn]] void refuse_damaged(const char* format, const std::string& source, const std::string& reason);

}  // namespace weft
