// Where image tokens look. The model sees a crop of a resized image; here every patch gets its rectangle back
// in the pixels of the original, upright image, so that overlays land where the model looked. Pure functions.
#pragma once

#include <cstdint>

namespace weft {

// In pixels; x to the right, y down, the first pixel covers 0..1. May reach beyond the image where the
// preprocessor padded.
struct Rect {
    double x = 0, y = 0, width = 0, height = 0;
};

// The part of `crop` that a grid of whole patches covers: a model drops what is left over at the right and
// the bottom when its input, `input_width` x `input_height` pixels, is not a multiple of the patch. `crop` is
// what the whole input shows.
Rect grid_rectangle(const Rect& crop, uint32_t input_width, uint32_t input_height, uint32_t patch_width,
                    uint32_t patch_height);

// One cell of `grid` cut into rows x columns.
Rect patch_rectangle(const Rect& grid, uint32_t rows, uint32_t columns, uint32_t row, uint32_t column);

}  // namespace weft
