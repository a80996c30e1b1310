#include "analysis/image/patch_rectangle.h"

#include <string>

#include "analysis/error.h"

namespace weft {

Rect grid_rectangle(const Rect& crop, uint32_t input_width, uint32_t input_height, uint32_t patch_width,
                    uint32_t patch_height) {
    WEFT_ASSERT(
        patch_width > 0 && patch_height > 0 && patch_width <= input_width && patch_height <= input_height,
        std::to_string(patch_width) + "x" + std::to_string(patch_height));
    const double columns = input_width / patch_width, rows = input_height / patch_height;
    return {crop.x, crop.y, crop.width * (columns * patch_width) / input_width,
            crop.height * (rows * patch_height) / input_height};
}

Rect patch_rectangle(const Rect& grid, uint32_t rows, uint32_t columns, uint32_t row, uint32_t column) {
    WEFT_ASSERT(row < rows && column < columns, std::to_string(row) + "," + std::to_string(column));
    const double width = grid.width / columns, height = grid.height / rows;
    return {grid.x + width * column, grid.y + height * row, width, height};
}

}  // namespace weft
