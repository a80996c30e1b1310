#include "scenes/image_levels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/error.h"

namespace weft {
namespace {

constexpr uint32_t largest_side = 2048, smallest_side = 64;
constexpr uint8_t grey = 0x60;

struct Linear {
    std::array<float, 256> of{};
    Linear() {
        for (size_t i = 0; i < of.size(); ++i) {
            const float s = static_cast<float>(i) / 255.0f;
            of[i] = s <= 0.04045f ? s / 12.92f : std::pow((s + 0.055f) / 1.055f, 2.4f);
        }
    }
};

// The inverse, by a table of steps finer than those of dark sRGB values.
struct Encoded {
    static constexpr size_t steps = 16384;
    std::vector<uint8_t> of = std::vector<uint8_t>(steps + 1);
    Encoded() {
        for (size_t i = 0; i <= steps; ++i) {
            const float l = static_cast<float>(i) / static_cast<float>(steps);
            const float s = l <= 0.0031308f ? 12.92f * l : 1.055f * std::pow(l, 1.0f / 2.4f) - 0.055f;
            of[i] = static_cast<uint8_t>(std::lround(255.0f * s));
        }
    }
};

// The mean over the pixels [from, to) of both directions that one pixel of a copy stands for.
std::shared_ptr<const Image> smaller(const Image& source, uint32_t width, uint32_t height) {
    static const Linear linear;
    static const Encoded encoded;
    auto image = std::make_shared<Image>();
    image->width = width;
    image->height = height;
    image->rgba.resize(size_t{width} * height * 4);
    const auto bound = [](uint32_t at, uint32_t from, uint32_t to) {
        return static_cast<uint32_t>(uint64_t{at} * from / to);
    };
    for (uint32_t y = 0; y < height; ++y) {
        const uint32_t top = bound(y, source.height, height), bottom = bound(y + 1, source.height, height);
        for (uint32_t x = 0; x < width; ++x) {
            const uint32_t left = bound(x, source.width, width), right = bound(x + 1, source.width, width);
            std::array<float, 3> sum{};
            for (uint32_t row = top; row < bottom; ++row)
                for (uint32_t column = left; column < right; ++column)
                    for (size_t c = 0; c < 3; ++c)
                        sum[c] += linear.of[source.rgba[(size_t{row} * source.width + column) * 4 + c]];
            const auto count = static_cast<float>((bottom - top) * (right - left));
            uint8_t* pixel = &image->rgba[(size_t{y} * width + x) * 4];
            for (size_t c = 0; c < 3; ++c)
                pixel[c] = encoded.of[static_cast<size_t>(
                    std::lround(std::min(sum[c] / count, 1.0f) * static_cast<float>(Encoded::steps)))];
            pixel[3] = 255;
        }
    }
    return image;
}

std::shared_ptr<const ImageLevels> without_image() {
    static const std::shared_ptr<const ImageLevels> levels = [] {
        auto image = std::make_shared<Image>();
        image->width = image->height = 1;
        image->rgba = {grey, grey, grey, 255};
        auto made = std::make_shared<ImageLevels>();
        made->images = {std::move(image)};
        return made;
    }();
    return levels;
}

std::shared_ptr<const ImageLevels> make_levels(const PatchGrid& grid) {
    auto original = std::make_shared<Image>();
    original->width = grid.image_width;
    original->height = grid.image_height;
    original->rgba = *grid.image_rgba;
    for (size_t i = 3; i < original->rgba.size(); i += 4) original->rgba[i] = 255;
    auto levels = std::make_shared<ImageLevels>();
    levels->is_real = true;
    std::shared_ptr<const Image> image = std::move(original);
    const uint32_t side = std::max(image->width, image->height);
    if (side > largest_side) {
        const auto scaled = [side](uint32_t length) {
            return std::max(1u, static_cast<uint32_t>(uint64_t{length} * largest_side / side));
        };
        image = smaller(*image, scaled(image->width), scaled(image->height));
    }
    levels->images.push_back(image);
    while (std::max(image->width, image->height) > smallest_side) {
        image = smaller(*image, std::max(1u, image->width / 2), std::max(1u, image->height / 2));
        levels->images.push_back(image);
    }
    return levels;
}

}  // namespace

const std::shared_ptr<const Image>& ImageLevels::at_least(float pixels) const {
    size_t level = 0;
    while (level + 1 < images.size() &&
           static_cast<float>(std::max(images[level + 1]->width, images[level + 1]->height)) >= pixels)
        ++level;
    return images.at(level);
}

bool ImageLevels::is_small(float pixels) const {
    return 2.0f * static_cast<float>(std::max(images.front()->width, images.front()->height)) < pixels;
}

std::shared_ptr<const ImageLevels> image_levels(const PatchGrid& grid) {
    const size_t bytes = size_t{grid.image_width} * grid.image_height * 4;
    if (!grid.image_rgba || bytes == 0) return without_image();
    WEFT_ASSERT(grid.image_rgba->size() == bytes,
                std::to_string(grid.image_rgba->size()) + " bytes instead of " + std::to_string(bytes));
    return make_levels(grid);
}

}  // namespace weft
