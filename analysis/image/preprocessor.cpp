#include "analysis/image/preprocessor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"

namespace weft {

namespace {

constexpr int64_t max_edge = 16'384;  // pixels of a model's input; real ones have a few hundred
constexpr const char* hint = "Use the preprocessor_config.json that was published with the model.";

// What differs between the processors.
struct ProcessorDefaults {
    const char* type;
    std::vector<const char*> model_types;  // config.json's, for files that do not say their type
    Resample resample;
    uint32_t height_and_width, shortest_edge;  // one of them is 0
    uint32_t crop;                             // 0: does not crop
    std::array<double, 3> mean, std;
};

constexpr std::array<double, 3> half{0.5, 0.5, 0.5};
constexpr std::array<double, 3> clip_mean{0.48145466, 0.4578275, 0.40821073};
constexpr std::array<double, 3> clip_std{0.26862954, 0.26130258, 0.27577711};

const std::vector<ProcessorDefaults>& processors() {
    static const std::vector<ProcessorDefaults> all{
        {"ViTImageProcessor", {"vit"}, Resample::bilinear, 224, 0, 0, half, half},
        {"DeiTImageProcessor", {"deit"}, Resample::bicubic, 256, 0, 224, half, half},
        {"BitImageProcessor",
         {"dinov2", "dinov2_with_registers"},
         Resample::bicubic,
         0,
         224,
         224,
         clip_mean,
         clip_std},
        {"CLIPImageProcessor",
         {"clip", "clip_vision_model"},
         Resample::bicubic,
         0,
         224,
         224,
         clip_mean,
         clip_std},
    };
    return all;
}

std::string type_list() {
    std::string list;
    for (const ProcessorDefaults& processor : processors())
        list += (list.empty() ? "" : ", ") + std::string(processor.type);
    return list;
}

// Steps are true, false or null, which switches them off as false does; absent, the processor's own default
// holds.
bool read_step(const Json& json, const char* key, bool fallback, const std::string& source) {
    return optional_bool(json, key, json.contains(key) ? false : fallback, source);
}

// A null takes the default away: an error if the step needs it.
bool is_null(const Json& json, const char* key, const char* step, bool is_on, const std::string& source) {
    if (!json.contains(key) || !json[key].is_null()) return false;
    if (is_on)
        throw Error("\"" + source + "\": \"" + key + "\" is null, but \"" + step + "\" needs it", hint);
    return true;
}

// "ViTFeatureExtractor" (before 2022), "ViTImageProcessorFast" and "...Pil" are the same processor.
std::string current_name(std::string type) {
    for (const char* const backend : {"Fast", "Pil"})
        if (type.ends_with(backend)) type.resize(type.size() - std::string_view(backend).size());
    constexpr std::string_view old = "FeatureExtractor";
    if (type.ends_with(old)) type.replace(type.size() - old.size(), old.size(), "ImageProcessor");
    return type;
}

const ProcessorDefaults& find_processor(const Json& json, const std::string& source,
                                        const std::string& model_type) {
    std::string type = optional_string(json, "image_processor_type", "", source);
    if (type.empty()) type = optional_string(json, "feature_extractor_type", "", source);
    for (const ProcessorDefaults& processor : processors())
        if (type.empty() ? std::find(processor.model_types.begin(), processor.model_types.end(),
                                     model_type) != processor.model_types.end()
                         : current_name(type) == processor.type)
            return processor;
    if (type.empty())
        throw Error("\"" + source +
                        "\" has no \"image_processor_type\", and there is none known for the model type \"" +
                        model_type + "\"",
                    "Supported: " + type_list() + ".");
    throw Error("\"" + source + "\": the image processor \"" + type + "\" is not supported",
                "Supported: " + type_list() + ".");
}

[[noreturn]] void refuse_size(const Json& value, const char* key, const std::string& source) {
    throw Error("\"" + source + "\": \"" + key + "\" is " + json_excerpt(value) +
                    ", expected a number of pixels, [height, width], {height, width}, {shortest_edge} or "
                    "{shortest_edge, longest_edge}",
                hint);
}

uint32_t edge(const Json& object, const char* key, const std::string& source) {
    return static_cast<uint32_t>(required_int(object, key, 1, max_edge, source));
}

ImageSize exact_size(const Json& size, const char* key, const std::string& source) {
    if (size.is_array() && size.size() == 2) {
        const Json named{{"height", size[0]}, {"width", size[1]}};
        return {edge(named, "width", source), edge(named, "height", source)};
    }
    if (!size.is_object() || size.size() != 2 || !size.contains("height") || !size.contains("width"))
        refuse_size(size, key, source);
    return {edge(size, "width", source), edge(size, "height", source)};
}

void read_size(const Json& json, const std::string& source, bool default_to_square, Preprocessor& result) {
    if (is_null(json, "size", "do_resize", result.do_resize, source)) return;
    const Json* size = find_member(json, "size");
    if (size == nullptr) return;
    result.size = {};
    result.shortest_edge = result.longest_edge = 0;
    if (size->is_number()) {
        const uint32_t pixels = edge(json, "size", source);
        if (default_to_square)
            result.size = {pixels, pixels};
        else
            result.shortest_edge = pixels;
    } else if (size->is_object() && size->contains("shortest_edge")) {
        if (size->size() != (size->contains("longest_edge") ? 2u : 1u)) refuse_size(*size, "size", source);
        result.shortest_edge = edge(*size, "shortest_edge", source);
        if (size->contains("longest_edge")) result.longest_edge = edge(*size, "longest_edge", source);
    } else {
        result.size = exact_size(*size, "size", source);
    }
}

void read_crop(const Json& json, const std::string& source, Preprocessor& result) {
    is_null(json, "crop_size", "do_center_crop", result.do_center_crop, source);
    if (const Json* crop = find_member(json, "crop_size")) {
        if (crop->is_number()) {
            const uint32_t pixels = edge(json, "crop_size", source);
            result.crop_size = {pixels, pixels};
        } else {
            result.crop_size = exact_size(*crop, "crop_size", source);
        }
    }
    if (result.do_center_crop && result.crop_size.width == 0)
        throw Error("\"" + source + "\": \"do_center_crop\" is true without \"crop_size\"", hint);
}

Resample read_resample(const Json& json, const std::string& source, Resample fallback) {
    const int64_t number = optional_int(json, "resample", static_cast<int64_t>(fallback), 0, 5, source);
    if (number > 3)
        throw Error("\"" + source + "\": \"resample\" is " + std::to_string(number) + " (" +
                        (number == 4 ? "box" : "Hamming") + "), which is not implemented",
                    "Supported: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic.");
    return static_cast<Resample>(number);
}

// One number for all channels, or one per channel.
std::vector<double> read_channels(const Json& json, const char* key, const std::array<double, 3>& fallback,
                                  const std::string& source) {
    const Json* value = find_member(json, key);
    if (value == nullptr) return {fallback.begin(), fallback.end()};
    if (value->is_number()) return std::vector<double>(3, optional_double(json, key, 0, -1e6, 1e6, source));
    if (!value->is_array() || (value->size() != 1 && value->size() != 3))
        throw Error("\"" + source + "\": \"" + key + "\" is " + json_excerpt(*value) +
                        ", expected one number, or three for red, green and blue",
                    hint);
    std::vector<double> numbers;
    for (const Json& item : *value) {
        const Json named{{key, item}};
        if (find_member(named, key) == nullptr)
            throw Error("\"" + source + "\": \"" + key + "\" holds null, expected a number", hint);
        numbers.push_back(optional_double(named, key, 0, -1e6, 1e6, source));
    }
    return numbers;
}

void read_normalization(const Json& json, const std::string& source, const ProcessorDefaults& defaults,
                        Preprocessor& result) {
    is_null(json, "image_mean", "do_normalize", result.do_normalize, source);
    is_null(json, "image_std", "do_normalize", result.do_normalize, source);
    std::vector<double> mean = read_channels(json, "image_mean", defaults.mean, source);
    std::vector<double> std = read_channels(json, "image_std", defaults.std, source);
    result.channels = mean.size() == 1 || std.size() == 1 ? 1 : 3;
    for (std::vector<double>* numbers : {&mean, &std}) {
        const bool is_uniform =
            (*numbers)[0] == numbers->back() && (*numbers)[0] == (*numbers)[numbers->size() / 2];
        if (numbers->size() > result.channels && !is_uniform)
            throw Error(
                "\"" + source + "\": \"image_mean\" and \"image_std\" are for different numbers of channels",
                hint);
        numbers->resize(result.channels);
    }
    for (const double value : std)
        if (std::abs(value) < 1e-6)
            throw Error(
                "\"" + source + "\": \"image_std\" holds " + Json(value).dump() + ", which divides by zero",
                hint);
    result.image_mean.assign(mean.begin(), mean.end());
    result.image_std.assign(std.begin(), std.end());
}

// Keys that no processor above reads change nothing, in transformers neither; a step that is asked for does.
void refuse_unknown_steps(const Json& json, const std::string& source) {
    static const std::vector<std::string> known{"do_resize", "do_center_crop", "do_rescale", "do_normalize",
                                                "do_convert_rgb"};
    for (const auto& [key, value] : json.items()) {
        const bool is_step = key.starts_with("do_") || key == "use_square_size";
        if (!is_step || std::find(known.begin(), known.end(), key) != known.end()) continue;
        if (!value.is_null() && value != false)
            throw Error("\"" + source + "\": \"" + key.substr(0, 80) + "\" is " + json_excerpt(value) +
                            ", which is not implemented",
                        hint);
    }
}

Preprocessor read_preprocessor(const Json& json, const std::string& source, const std::string& model_type) {
    if (!json.is_object())
        throw Error("\"" + source + "\" is no image processor: expected an object, found " +
                    json_excerpt(json));
    const ProcessorDefaults& defaults = find_processor(json, source, model_type);
    refuse_unknown_steps(json, source);
    Preprocessor result;
    result.type = defaults.type;
    result.do_resize = read_step(json, "do_resize", true, source);
    result.size = {defaults.height_and_width, defaults.height_and_width};
    result.shortest_edge = defaults.shortest_edge;
    read_size(json, source, read_step(json, "default_to_square", defaults.shortest_edge == 0, source),
              result);
    is_null(json, "resample", "do_resize", result.do_resize, source);
    result.resample = read_resample(json, source, defaults.resample);
    result.do_center_crop = read_step(json, "do_center_crop", defaults.crop > 0, source);
    result.crop_size = {defaults.crop, defaults.crop};
    read_crop(json, source, result);
    result.do_rescale = read_step(json, "do_rescale", true, source);
    is_null(json, "rescale_factor", "do_rescale", result.do_rescale, source);
    result.rescale_factor = optional_double(json, "rescale_factor", 1.0 / 255, -1e6, 1e6, source);
    result.do_normalize = read_step(json, "do_normalize", true, source);
    read_normalization(json, source, defaults, result);
    optional_bool(json, "do_convert_rgb", true, source);  // images arrive as RGB either way
    return result;
}

}  // namespace

Preprocessor parse_preprocessor(std::string_view text, const std::string& source,
                                const std::string& model_type) {
    return with_hint(hint, [&] { return read_preprocessor(parse_json(text, source), source, model_type); });
}

Preprocessor load_preprocessor(const std::string& folder, const std::string& model_type) {
    namespace fs = std::filesystem;
    return with_hint(hint, [&] {
        const std::string nesting = (fs::path(folder) / "processor_config.json").string();
        std::error_code ignored;
        if (fs::exists(nesting, ignored)) {
            const Json json = read_json_file(nesting);
            if (const Json* nested = find_member(json, "image_processor"))
                return read_preprocessor(*nested, nesting, model_type);
        }
        const std::string path = (fs::path(folder) / "preprocessor_config.json").string();
        return read_preprocessor(read_json_file(path), path, model_type);
    });
}

ImageSize resized_size(const Preprocessor& preprocessor, const ImageSize& image) {
    if (!preprocessor.do_resize) return image;
    if (preprocessor.shortest_edge == 0) return preprocessor.size;
    const uint32_t shorter = std::min(image.width, image.height),
                   longer = std::max(image.width, image.height);
    double wanted = preprocessor.shortest_edge;
    uint32_t short_edge = preprocessor.shortest_edge;
    if (preprocessor.longest_edge != 0 &&
        static_cast<double>(longer) / shorter * wanted > preprocessor.longest_edge) {
        wanted = static_cast<double>(preprocessor.longest_edge) * shorter / longer;
        short_edge = static_cast<uint32_t>(std::nearbyint(wanted));
    }
    // Truncated, and the product first, as in transformers: the order decides a pixel.
    auto long_edge = static_cast<uint32_t>(std::min(wanted * longer / shorter, 4e9));
    if (preprocessor.longest_edge != 0 && shorter == short_edge) long_edge = longer;
    return image.width <= image.height ? ImageSize{short_edge, long_edge} : ImageSize{long_edge, short_edge};
}

ImageSize output_size(const Preprocessor& preprocessor, const ImageSize& image) {
    return preprocessor.do_center_crop ? preprocessor.crop_size : resized_size(preprocessor, image);
}

}  // namespace weft
