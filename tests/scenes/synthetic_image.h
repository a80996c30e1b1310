// Frames over the patches of an image, in closed form.
#pragma once

#include "synthetic_frame.h"

namespace weft::synthetic {

// `special` tokens, then rows x columns patches; weights as those of frame(). The image is as large as
// `image_px`, red rising to the right and green downwards; none if it is 0.
inline std::shared_ptr<AttentionFrame> image_frame(int layers, int heads, int special, int rows, int columns,
                                                   const WeightOf& weight, uint32_t width_px = 0,
                                                   uint32_t height_px = 0) {
    auto result = frame(layers, heads, special + rows * columns, weight);
    TokenStack& stack = result->stacks.front();
    for (int t = 0; t < special + rows * columns; ++t) {
        Token& token = stack.tokens[static_cast<size_t>(t)];
        token.special = t < special;
        const int patch = t - special;
        token.text = t == 0 && special > 0 ? "[CLS]"
                     : t < special         ? "[REG" + std::to_string(t - 1) + "]"
                                   : std::to_string(patch / columns) + "," + std::to_string(patch % columns);
    }
    PatchGrid grid;
    grid.rows = static_cast<uint32_t>(rows);
    grid.columns = static_cast<uint32_t>(columns);
    grid.first_token = static_cast<uint32_t>(special);
    grid.image_width = width_px;
    grid.image_height = height_px;
    if (width_px > 0) {
        auto rgba = std::make_shared<std::vector<uint8_t>>();
        for (uint32_t y = 0; y < height_px; ++y)
            for (uint32_t x = 0; x < width_px; ++x) {
                rgba->push_back(static_cast<uint8_t>(255 * x / width_px));
                rgba->push_back(static_cast<uint8_t>(255 * y / height_px));
                rgba->push_back(0);
                rgba->push_back(255);
            }
        grid.image_rgba = rgba;
        grid.patches_in_image = {0.0, 0.0, static_cast<double>(width_px), static_cast<double>(height_px)};
    }
    stack.grid = grid;
    return result;
}

}  // namespace weft::synthetic
