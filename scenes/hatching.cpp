#include "scenes/hatching.h"

#include <algorithm>
#include <cmath>

namespace weft {

std::vector<CellRect> cells_not_shown(std::span<const float> cells, uint32_t rows, uint32_t columns) {
    std::vector<CellRect> rects;
    size_t above = 0;  // the first rectangle that may go on into this row
    for (uint32_t row = 0; row < rows; ++row) {
        const size_t first = rects.size();
        std::vector<CellRect> runs;
        for (uint32_t column = 0; column < columns; ++column) {
            if (!std::isnan(cells[size_t{row} * columns + column])) continue;
            const auto x = static_cast<int>(column), y = static_cast<int>(row);
            if (!runs.empty() && runs.back().to.x == x)
                ++runs.back().to.x;
            else
                runs.push_back({{x, y}, {x + 1, y + 1}});
        }
        const auto goes_on = [](const CellRect& before, const CellRect& run) {
            return before.from.x == run.from.x && before.to.x == run.to.x && before.to.y == run.from.y;
        };
        const auto open = std::span(rects).subspan(above);
        if (!runs.empty() && std::ranges::equal(open, runs, goes_on)) {
            for (CellRect& rect : open) ++rect.to.y;
        } else {
            rects.insert(rects.end(), runs.begin(), runs.end());
            above = first;
        }
    }
    return rects;
}

std::vector<HatchLine> hatch_lines(glm::vec2 low, glm::vec2 high, float pitch) {
    std::vector<HatchLine> lines;
    // Lines x + y = k * pitch.
    for (float sum = std::ceil((low.x + low.y) / pitch) * pitch; sum < high.x + high.y; sum += pitch) {
        const float left = std::max(low.x, sum - high.y), right = std::min(high.x, sum - low.y);
        if (right > left) lines.push_back({{left, sum - left}, {right, sum - right}});
    }
    return lines;
}

}  // namespace weft
