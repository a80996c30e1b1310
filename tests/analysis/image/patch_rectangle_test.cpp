#include "analysis/image/patch_rectangle.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("patches tile the crop in rows and columns") {
    const Rect crop{10, 20, 140, 70};
    const Rect grid = grid_rectangle(crop, 28, 14, 7, 7);
    CHECK(grid.width == 140);
    CHECK(grid.height == 70);
    const Rect last = patch_rectangle(grid, 2, 4, 1, 3);
    CHECK(last.x == 10 + 3 * 35);
    CHECK(last.y == 20 + 35);
    CHECK(last.x + last.width == crop.x + crop.width);
    CHECK(last.y + last.height == crop.y + crop.height);
}

TEST_CASE("what is left over beside whole patches belongs to no patch") {
    const Rect grid = grid_rectangle({0, 0, 300, 170}, 30, 17, 8, 8);  // 3 columns, 2 rows
    CHECK(grid.width == 240);
    CHECK(grid.height == 160);
    CHECK(patch_rectangle(grid, 2, 3, 0, 0).width == 80);
}
