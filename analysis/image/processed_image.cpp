#include "analysis/image/processed_image.h"

#include <algorithm>
#include <utility>

#include "analysis/error.h"

namespace weft {

namespace {

// Alpha dropped. One channel: luma of ITU-R BT.601 in 16-bit fixed point, as Pillow's convert("L").
Pixels without_alpha(const DecodedImage& image, uint32_t channels) {
    Pixels pixels{image.width, image.height, channels, {}};
    pixels.values.resize(size_t{image.width} * image.height * channels);
    uint8_t* out = pixels.values.data();
    for (size_t i = 0; i < image.rgba.size(); i += 4) {
        const uint8_t* in = &image.rgba[i];
        if (channels == 1) {
            *out++ = static_cast<uint8_t>((in[0] * 19595 + in[1] * 38470 + in[2] * 7471 + 0x8000) >> 16);
        } else {
            *out++ = in[0];
            *out++ = in[1];
            *out++ = in[2];
        }
    }
    return pixels;
}

int64_t floor_half(int64_t value) {
    return value >= 0 ? value / 2 : -((1 - value) / 2);
}

// Where the crop begins in the resized image; negative: padding before it.
struct CropOrigin {
    int64_t left = 0, top = 0;
};

// Zeros where the image does not reach.
Pixels cropped(const Pixels& image, const ImageSize& size, const CropOrigin& origin) {
    Pixels result{size.width, size.height, image.channels, {}};
    result.values.resize(size_t{size.width} * size.height * image.channels);
    const int64_t first = std::max<int64_t>(-origin.left, 0);
    const int64_t end = std::min<int64_t>(size.width, int64_t{image.width} - origin.left);
    for (int64_t y = 0; y < int64_t{size.height}; ++y) {
        const int64_t from_y = y + origin.top;
        if (from_y < 0 || from_y >= int64_t{image.height}) continue;
        const uint8_t* in = &image.values[(from_y * image.width + first + origin.left) * image.channels];
        std::copy(in, in + (end - first) * image.channels,
                  &result.values[(y * size.width + first) * image.channels]);
    }
    return result;
}

// The 256 values that a byte of this channel can become.
std::vector<float> value_table(const Preprocessor& preprocessor, uint32_t channel) {
    std::vector<float> table(256);
    for (int byte = 0; byte < 256; ++byte) {
        float value = preprocessor.do_rescale ? static_cast<float>(byte * preprocessor.rescale_factor)
                                              : static_cast<float>(byte);
        if (preprocessor.do_normalize)
            value = (value - preprocessor.image_mean[channel]) / preprocessor.image_std[channel];
        table[byte] = value;
    }
    return table;
}

std::vector<float> normalized(const Pixels& image, const Preprocessor& preprocessor) {
    const size_t pixels = size_t{image.width} * image.height;
    std::vector<float> values(pixels * image.channels);
    for (uint32_t c = 0; c < image.channels; ++c) {
        const std::vector<float> table = value_table(preprocessor, c);
        for (size_t i = 0; i < pixels; ++i)
            values[c * pixels + i] = table[image.values[i * image.channels + c]];
    }
    return values;
}

void check_resized(const ImageSize& size, const DecodedImage& image, const std::string& source,
                   const DecodeLimits& limits) {
    const uint64_t pixels = uint64_t{size.width} * size.height;
    const uint64_t between = pixels_between_passes(image.width, image.height, size.width, size.height);
    if (pixels > 0 && pixels <= limits.pixels && between <= limits.pixels) return;
    throw Error("\"" + source + "\" has " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                    " pixels, which the model's preprocessor would make " + std::to_string(size.width) + "x" +
                    std::to_string(size.height),
                "Choose an image that is less long and narrow.");
}

}  // namespace

ProcessedImage process_image(DecodedImage image, const Preprocessor& preprocessor, const std::string& source,
                             const DecodeLimits& limits) {
    const ImageSize original{image.width, image.height};
    const ImageSize resized = resized_size(preprocessor, original);
    check_resized(resized, image, source, limits);
    Pixels pixels = resize(without_alpha(image, preprocessor.channels), resized.width, resized.height,
                           preprocessor.resample);
    const ImageSize size = output_size(preprocessor, original);
    CropOrigin origin;
    if (preprocessor.do_center_crop) {
        origin.left = floor_half(int64_t{resized.width} - size.width);
        origin.top = floor_half(int64_t{resized.height} - size.height);
        pixels = cropped(pixels, size, origin);
    }

    ProcessedImage result;
    result.width = size.width;
    result.height = size.height;
    result.channels = preprocessor.channels;
    result.pixel_values = normalized(pixels, preprocessor);
    const double x_scale = static_cast<double>(original.width) / resized.width;
    const double y_scale = static_cast<double>(original.height) / resized.height;
    result.crop_in_original = {static_cast<double>(origin.left) * x_scale,
                               static_cast<double>(origin.top) * y_scale, size.width * x_scale,
                               size.height * y_scale};
    result.original_width = image.width;
    result.original_height = image.height;
    for (size_t i = 3; i < image.rgba.size(); i += 4) image.rgba[i] = 255;
    result.original = std::make_shared<const std::vector<uint8_t>>(std::move(image.rgba));
    return result;
}

ProcessedImage load_image_for(const std::string& path, const Preprocessor& preprocessor,
                              const DecodeLimits& limits) {
    return process_image(decode_image(path, limits), preprocessor, path, limits);
}

}  // namespace weft
