// Stripes over what of a map is not shown, so that nobody takes it for a small number. Pure; any thread.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <span>
#include <vector>

namespace weft {

// Of cells [rows, columns], NaN is not shown: rectangles that cover those and no others, from column, row (x,
// y) to beyond the last.
struct CellRect {
    glm::ivec2 from{0}, to{0};
    bool operator==(const CellRect&) const = default;
};
std::vector<CellRect> cells_not_shown(std::span<const float> cells, uint32_t rows, uint32_t columns);

struct HatchLine {
    glm::vec2 a{0.0f}, b{0.0f};
};
// Diagonals within the rectangle, `pitch` apart along each of its sides; rectangles side by side have one
// pattern.
std::vector<HatchLine> hatch_lines(glm::vec2 low, glm::vec2 high, float pitch);

}  // namespace weft
