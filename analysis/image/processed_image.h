// From an image file to what a vision model is given. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/image/decode.h"
#include "analysis/image/patch_rectangle.h"
#include "analysis/image/preprocessor.h"

namespace weft {

struct ProcessedImage {
    uint32_t width = 0, height = 0;   // of the model's input, in pixels: the preprocessor decides
    uint32_t channels = 3;            // 3: red, green, blue; 1: a model of grey images
    std::vector<float> pixel_values;  // [channels, height, width], rescaled and normalised
    uint32_t original_width = 0, original_height = 0;
    std::shared_ptr<const std::vector<uint8_t>> original;  // upright, RGBA, 8 bit, alpha 255 throughout
    Rect crop_in_original;  // what the model's input shows; beyond the image where there is padding
};

// Resize, centre crop, rescale, normalise, as the preprocessor says, with the arithmetic of transformers'
// Pillow backend: 8 bit after the resizing, float64 then rounded to float32 in the rescaling, float32 in the
// normalisation. `source` names the image in errors: a resized image may not exceed `limits`.
ProcessedImage process_image(DecodedImage image, const Preprocessor& preprocessor, const std::string& source,
                             const DecodeLimits& limits = {});

// decode_image, then process_image.
ProcessedImage load_image_for(const std::string& path, const Preprocessor& preprocessor,
                              const DecodeLimits& limits = {});

}  // namespace weft
