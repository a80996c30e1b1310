// preprocessor_config.json: how an image becomes a vision model's input. The image processors of ViT, DeiT,
// DINOv2 (BitImageProcessor) and CLIP, with each one's own defaults where the file is silent.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/image/resample.h"

namespace weft {

struct ImageSize {
    uint32_t width = 0, height = 0;
};

struct Preprocessor {
    std::string type;  // "ViTImageProcessor"
    bool do_resize = true;
    ImageSize size;              // exactly this, unless there is a shortest edge
    uint32_t shortest_edge = 0;  // 0: none; keeps the aspect ratio
    uint32_t longest_edge = 0;   // 0: none; only with shortest_edge, which gives way to it
    Resample resample = Resample::bilinear;
    bool do_center_crop = false;
    ImageSize crop_size;
    bool do_rescale = true;
    double rescale_factor = 1.0 / 255;
    bool do_normalize = true;
    uint32_t channels = 3;  // 1 where image_mean or image_std has one entry: a model of grey images
    std::vector<float> image_mean, image_std;  // [channels]
};

// The file's text. `model_type` (config.json's) says which processor it is where the file does not. Throws
// weft::Error, with `source` named, for another processor and for settings that are wrong or would change the
// numbers and are not implemented.
Preprocessor parse_preprocessor(std::string_view text, const std::string& source,
                                const std::string& model_type);

// From a model's folder: "image_processor" of processor_config.json if it has one, else
// preprocessor_config.json.
Preprocessor load_preprocessor(const std::string& folder, const std::string& model_type);

// What the resizing step makes of an image; the image's own size where do_resize is off.
ImageSize resized_size(const Preprocessor& preprocessor, const ImageSize& image);

// Width and height of the model's input for an image.
ImageSize output_size(const Preprocessor& preprocessor, const ImageSize& image);

}  // namespace weft
