#include "renderer/text/hex_box.h"

#include <array>
#include <cmath>
#include <utility>

namespace weft {
namespace {

// 3 x 5 dots, top row first, bit 2 = left.
constexpr std::array<std::array<uint8_t, 5>, 16> digits = {{
    {7, 5, 5, 5, 7},
    {2, 6, 2, 2, 7},
    {7, 1, 7, 4, 7},
    {7, 1, 7, 1, 7},
    {5, 5, 7, 1, 1},
    {7, 4, 7, 1, 7},
    {7, 4, 7, 5, 7},
    {7, 1, 1, 2, 2},
    {7, 5, 7, 5, 7},
    {7, 5, 7, 1, 7},
    {2, 5, 7, 5, 5},
    {6, 5, 6, 5, 6},
    {3, 4, 4, 4, 3},
    {6, 5, 5, 5, 6},
    {7, 4, 6, 4, 7},
    {7, 4, 6, 4, 4},
}};

int columns(uint32_t code_point) {
    return code_point > 0xFFFF ? 3 : 2;
}

}  // namespace

float hex_box_advance_em(char32_t c) {
    return static_cast<float>(columns(c) * 4 + 4) / 11.0f;
}

HexBoxOutline hex_box_outline(uint32_t code_point, float size_px) {
    // In dots: a frame of one, a gap of one, digits of 3 x 5 with a gap of one; 15 high, the baseline at 3.
    const float dot = size_px < 11.0f ? size_px / 11.0f : std::floor(size_px / 11.0f);
    const int n = columns(code_point);
    const int width = n * 4 + 3, height = 15, below = 3;
    HexBoxOutline out;
    const auto rectangle = [&](int x0, int y0, int x1, int y1) {
        for (const auto& [x, y] : {std::pair{x0, y0}, {x0, y1}, {x1, y1}, {x1, y0}})
            out.points.push_back(glm::vec2(static_cast<float>(x), static_cast<float>(y - below)) * dot);
    };
    rectangle(0, 0, width, 1);
    rectangle(0, height - 1, width, height);
    rectangle(0, 1, 1, height - 1);
    rectangle(width - 1, 1, width, height - 1);
    for (int k = 0; k < 2 * n; ++k) {
        const uint32_t digit = code_point >> (4 * (2 * n - 1 - k)) & 15;
        const int left = 2 + k % n * 4, top = height - 2 - k / n * 6;
        for (int row = 0; row < 5; ++row)
            for (int column = 0; column < 3; ++column)
                if (digits[digit][row] >> (2 - column) & 1)
                    rectangle(left + column, top - row - 1, left + column + 1, top - row);
    }
    return out;
}

}  // namespace weft
