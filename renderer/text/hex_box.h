// The sign for a character that no font has: a box with its number in hexadecimal, four digits in two rows of
// two, or six in two rows of three. Pure functions.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <vector>

namespace weft {

// Rectangles, four points each, wound so that the non-zero rule fills frame and digits. Pixels, +y up, origin
// on the baseline. From 11 px on its dots are whole pixels.
struct HexBoxOutline {
    std::vector<glm::vec2> points;
};
HexBoxOutline hex_box_outline(uint32_t code_point, float size_px);

// In em.
float hex_box_advance_em(char32_t c);

}  // namespace weft
