#include "scenes/block_means.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("a matrix that fits keeps its numbers") {
    const std::vector<float> matrix{1, 2, 3, 4, 5, 6};
    const BlockMeans cells = block_means(matrix, 2, 3, 3);
    CHECK(cells.block == 1);
    CHECK(cells.values == matrix);
}

TEST_CASE("cells are means, also of the shorter blocks at the end") {
    const std::vector<float> matrix{1, 3, 5, 1, 3, 7, 9, 9, 2};
    const BlockMeans cells = block_means(matrix, 3, 3, 2);
    REQUIRE(cells.rows == 2);
    REQUIRE(cells.columns == 2);
    CHECK(cells.block == 2);
    CHECK(cells.values == std::vector<float>{2, 6, 9, 2});
}
