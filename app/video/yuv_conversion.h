// RGB pictures as video wants them: YCbCr 4:2:0, BT.709 matrix, limited range (Y 16..235, Cb and Cr 16..240).
//   Y  = 16  + 219 (0.2126 R + 0.7152 G + 0.0722 B)
//   Cb = 128 + 224 (B - Y') / 1.8556,  Cr = 128 + 224 (R - Y') / 1.5748      R, G, B, Y' in 0..1
// Chroma is the mean of 2x2 pixels, so it sits in their centre. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft {

struct YuvPlanes {
    uint8_t *y, *u, *v;
    size_t y_stride, u_stride, v_stride;  // bytes a row
};

// `rgba`: rows of `rgba_stride` bytes. `width` and `height` even; what lies beyond them is not read.
void yuv420_from_rgba(const uint8_t* rgba, size_t rgba_stride, int width, int height,
                      const YuvPlanes& planes);

}  // namespace weft
