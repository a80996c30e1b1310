// Image files that we did not write: PNG, JPEG and WebP, told apart by their content. Every pixel is what
// Pillow's open, ImageOps.exif_transpose and convert("RGB") make of it (which is transformers' load_image):
// upright by EXIF (else XMP) orientation, no colour management, first frame of an animation; 16 bits keep
// their high byte, except that grey ones are cut off at 255, as in Pillow; CMYK as Pillow converts it.
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

struct DecodeLimits {
    size_t file_bytes = 256'000'000;
    uint32_t dimension = 65'535;    // pixels of width and of height
    uint64_t pixels = 100'000'000;  // four bytes each once decoded
};

struct DecodedImage {
    uint32_t width = 0, height = 0;
    std::vector<uint8_t>
        rgba;  // row-major, 8 bit; the file's own alpha, not premultiplied, 255 if it has none
};

// Throws weft::Error naming file and reason for anything that is not one whole, undamaged image of these
// formats within `limits`, which are checked from the header before memory is taken. `source` names the
// bytes.
DecodedImage decode_image(const std::string& path, const DecodeLimits& limits = {});
DecodedImage decode_image_bytes(std::string_view bytes, const std::string& source,
                                const DecodeLimits& limits = {});

}  // namespace weft
