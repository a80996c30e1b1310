#include "scenes/hatching.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace weft;

TEST_CASE("rectangles cover every cell that is not shown once, and no other") {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        const auto rows = static_cast<uint32_t>(random() % 9), columns = static_cast<uint32_t>(random() % 9);
        std::vector<float> cells(size_t{rows} * columns, 0.5f);
        std::vector<bool> row_out(rows), column_out(columns);
        for (uint32_t r = 0; r < rows; ++r) row_out[r] = random() % 2 != 0;
        for (uint32_t c = 0; c < columns; ++c) column_out[c] = random() % 2 != 0;
        for (size_t at = 0; at < cells.size(); ++at)
            if (row_out[at / columns] || column_out[at % columns]) cells[at] = std::nanf("");
        std::vector<int> covered(cells.size(), 0);
        for (const CellRect& rect : cells_not_shown(cells, rows, columns))
            for (int y = rect.from.y; y < rect.to.y; ++y)
                for (int x = rect.from.x; x < rect.to.x; ++x)
                    ++covered.at(static_cast<size_t>(y) * columns + static_cast<size_t>(x));
        for (size_t at = 0; at < cells.size(); ++at) CHECK(covered[at] == int(std::isnan(cells[at])));
    }
}

TEST_CASE("one text of two leaves two rectangles") {
    const float out = std::nanf("");
    const std::vector<float> cells{1, 1, out, 1, 1, out, out, out, out, out, out, out};
    CHECK(cells_not_shown(cells, 4, 3) == std::vector<CellRect>{{{2, 0}, {3, 2}}, {{0, 2}, {3, 4}}});
}

TEST_CASE("stripes lie within their rectangle and go on in the next") {
    const auto inside = [](glm::vec2 point, glm::vec2 low, glm::vec2 high) {
        return glm::all(glm::greaterThanEqual(point, low - 1e-3f)) &&
               glm::all(glm::lessThanEqual(point, high + 1e-3f));
    };
    for (const auto& [low, high] : {std::pair(glm::vec2(3.0f, 5.0f), glm::vec2(40.0f, 17.0f)),
                                    std::pair(glm::vec2(40.0f, 5.0f), glm::vec2(44.0f, 60.0f))}) {
        const auto lines = hatch_lines(low, high, 6.0f);
        REQUIRE(lines.size() >= 6);
        for (const HatchLine& line : lines) {
            CHECK(inside(line.a, low, high));
            CHECK(inside(line.b, low, high));
            CHECK(std::remainder(line.a.x + line.a.y, 6.0f) == Approx(0.0f).margin(1e-3));
            CHECK(line.b.x - line.a.x == Approx(line.a.y - line.b.y).margin(1e-3));
        }
    }
    CHECK(hatch_lines({4.0f, 4.0f}, {4.0f, 9.0f}, 6.0f).empty());
}
