// Resizing exactly as Pillow 13 does it: bit for bit, so that models see the pixels they were trained on.
// Convolution with the filter stretched over the pixels that an output pixel covers (antialiased), in two
// passes, each in 22-bit fixed point and rounded to 8 bit. Pure functions.
#pragma once

#include <cstdint>
#include <vector>

namespace weft {

// 8 bit, row-major, channels interleaved: [height, width, channels].
struct Pixels {
    uint32_t width = 0, height = 0, channels = 0;
    std::vector<uint8_t> values;
};

enum class Resample { nearest = 0, lanczos = 1, bilinear = 2, bicubic = 3 };  // numbers as in Pillow

// How large the image is after the first pass.
uint64_t pixels_between_passes(uint32_t width, uint32_t height, uint32_t to_width, uint32_t to_height);

Pixels resize(const Pixels& image, uint32_t width, uint32_t height, Resample filter);

}  // namespace weft
