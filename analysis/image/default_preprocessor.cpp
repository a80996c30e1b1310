#include "analysis/image/default_preprocessor.h"

#include <cmath>
#include <filesystem>

#include "analysis/error.h"

namespace weft {

namespace {

uint32_t scaled(uint32_t size, int64_t to, uint32_t from) {
    return static_cast<uint32_t>(std::lround(static_cast<double>(size) * static_cast<double>(to) / from));
}

// The defaults are for images of 224 pixels; what is resized grows with what is cropped from it.
void fit_image(Preprocessor& preprocessor, const PatchSpec& patches) {
    const ImageSize usual = output_size(preprocessor, {224, 224});
    const ImageSize wanted{static_cast<uint32_t>(patches.image_width),
                           static_cast<uint32_t>(patches.image_height)};
    if (preprocessor.shortest_edge > 0)
        preprocessor.shortest_edge = scaled(preprocessor.shortest_edge,
                                            std::max(patches.image_width, patches.image_height), usual.width);
    else
        preprocessor.size = {scaled(preprocessor.size.width, wanted.width, usual.width),
                             scaled(preprocessor.size.height, wanted.height, usual.height)};
    if (preprocessor.do_center_crop) preprocessor.crop_size = wanted;
}

}  // namespace

FolderPreprocessor preprocessor_of(const std::string& folder, const std::string& model_type,
                                   const PatchSpec& patches) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    for (const char* name : {"preprocessor_config.json", "processor_config.json"})
        if (fs::exists(fs::path(folder) / name, ignored))
            return {load_preprocessor(folder, model_type), false};
    if (patches.channels != 3)
        throw Error("model folder \"" + folder + "\" has no preprocessor_config.json, and its images have " +
                        std::to_string(patches.channels) + " channels (\"num_channels\" of config.json)",
                    "Copy the file from where the model was published: without it, it is not known how such "
                    "images are scaled.");
    FolderPreprocessor result{parse_preprocessor("{}", "default of " + model_type, model_type), true};
    // DINOv2's are for any size, whatever its position table is for.
    if (patches.keeps_own_size) fit_image(result.preprocessor, patches);
    return result;
}

}  // namespace weft
