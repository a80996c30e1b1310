#include "app/video/yuv_conversion.h"

#include <cstring>

#include "analysis/error.h"

// One binary for all x86-64 processors; the wide one is five times faster.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define WEFT_WIDE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define WEFT_WIDE_CLONES
#endif

namespace weft {

namespace {

// The header's coefficients times 2^15. Each chroma row sums to 0, so that grey has none.
constexpr int32_t y_r = 5983, y_g = 20127, y_b = 2032;
constexpr int32_t u_r = -3298, u_g = -11094, u_b = 14392;
constexpr int32_t v_r = 14392, v_g = -13072, v_b = -1320;

WEFT_WIDE_CLONES
void luma_row(const uint8_t* __restrict rgba, int width, uint8_t* __restrict y) {
    constexpr int32_t offset = (16 << 15) + (1 << 14);
    for (int x = 0; x < width; ++x) {
        uint32_t pixel;
        std::memcpy(&pixel, rgba + 4 * static_cast<size_t>(x), sizeof pixel);
        const auto r = static_cast<int32_t>(pixel & 255), g = static_cast<int32_t>(pixel >> 8 & 255),
                   b = static_cast<int32_t>(pixel >> 16 & 255);
        y[x] = static_cast<uint8_t>((y_r * r + y_g * g + y_b * b + offset) >> 15);
    }
}

// Two rows of pixels make one row of both chroma planes. The sums of four bytes need 10 bits: red and blue
// are added in one 32-bit word.
WEFT_WIDE_CLONES
void chroma_row(const uint8_t* __restrict above, const uint8_t* __restrict below, int half_width,
                uint8_t* __restrict u, uint8_t* __restrict v) {
    constexpr int32_t offset = (128 << 17) + (1 << 16);
    for (int x = 0; x < half_width; ++x) {
        uint32_t a[2], b[2];
        std::memcpy(a, above + 8 * static_cast<size_t>(x), sizeof a);
        std::memcpy(b, below + 8 * static_cast<size_t>(x), sizeof b);
        constexpr uint32_t red_blue = 0x00FF00FF;
        const uint32_t rb = (a[0] & red_blue) + (a[1] & red_blue) + (b[0] & red_blue) + (b[1] & red_blue);
        const auto green = static_cast<int32_t>((a[0] >> 8 & 255) + (a[1] >> 8 & 255) + (b[0] >> 8 & 255) +
                                                (b[1] >> 8 & 255));
        const auto red = static_cast<int32_t>(rb & 0xFFFF), blue = static_cast<int32_t>(rb >> 16);
        u[x] = static_cast<uint8_t>((u_r * red + u_g * green + u_b * blue + offset) >> 17);
        v[x] = static_cast<uint8_t>((v_r * red + v_g * green + v_b * blue + offset) >> 17);
    }
}

}  // namespace

void yuv420_from_rgba(const uint8_t* rgba, size_t rgba_stride, int width, int height,
                      const YuvPlanes& planes) {
    WEFT_ASSERT(width % 2 == 0 && height % 2 == 0, std::to_string(width) + "x" + std::to_string(height));
    for (int row = 0; row < height; row += 2) {
        const uint8_t* above = rgba + static_cast<size_t>(row) * rgba_stride;
        const uint8_t* below = above + rgba_stride;
        uint8_t* y = planes.y + static_cast<size_t>(row) * planes.y_stride;
        luma_row(above, width, y);
        luma_row(below, width, y + planes.y_stride);
        const auto half_row = static_cast<size_t>(row / 2);
        chroma_row(above, below, width / 2, planes.u + half_row * planes.u_stride,
                   planes.v + half_row * planes.v_stride);
    }
}

}  // namespace weft
