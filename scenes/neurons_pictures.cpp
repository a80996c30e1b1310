#include <algorithm>
#include <cmath>

#include "scenes/color_map.h"
#include "scenes/neurons.h"
#include "scenes/theme.h"

namespace weft {
namespace {

// Rows of numbers as one texel each; `color` is asked for each.
std::shared_ptr<const Image> image_of(size_t width, size_t height, const auto& color) {
    auto image = std::make_shared<Image>();
    image->width = static_cast<uint32_t>(width);
    image->height = static_cast<uint32_t>(height);
    image->rgba.reserve(4 * width * height);
    for (size_t y = 0; y < height; ++y)
        for (size_t x = 0; x < width; ++x) {
            const glm::vec4 of_number = color(y, x);
            for (int c = 0; c < 4; ++c)
                image->rgba.push_back(
                    static_cast<uint8_t>(std::lround(255.0f * std::clamp(of_number[c], 0.0f, 1.0f))));
        }
    return image;
}

}  // namespace

NeuronsPictures::Images NeuronsPictures::of(const NeuronsPlan& plan, const Wanted& wanted) {
    const std::lock_guard lock(mutex_);
    if (images_.query && made_for_ == wanted) return images_;
    const Theme& colors = theme(wanted.theme);
    const auto width = static_cast<size_t>(plan.width), rows = wanted.rows.size();
    const float* query = plan.query_vectors->data() + static_cast<size_t>(wanted.query) * width;
    const auto key = [&](size_t row) {
        return plan.key_vectors->data() + static_cast<size_t>(wanted.rows[row]) * width;
    };
    // Signed numbers relative to `largest`, colour by the square root.
    const auto color = [&](float number, float largest) {
        const float share = largest > 0.0f ? number / largest : 0.0f;
        return difference_color(colors, std::copysign(std::sqrt(std::abs(share)), share));
    };
    const std::span<const float> weights = neurons_weights(plan, wanted.query);
    images_.query =
        image_of(width, 1, [&](size_t, size_t k) { return color(query[k], plan.largest_vector); });
    images_.keys =
        image_of(width, rows, [&](size_t row, size_t k) { return color(key(row)[k], plan.largest_vector); });
    images_.products = image_of(width, rows, [&](size_t row, size_t k) {
        return color(query[k] * key(row)[k], plan.largest_product);
    });
    images_.weights = image_of(1, rows, [&](size_t row, size_t) {
        return weight_color(colors, weights[static_cast<size_t>(wanted.rows[row])], wanted.map.get());
    });
    made_for_ = wanted;
    return images_;
}

}  // namespace weft
