#include "scenes/block_means.h"

#include <catch2/catch.hpp>
#include <cmath>

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

TEST_CASE("cells are means of what a filter keeps, and no number where it keeps nothing") {
    SegmentFilter filter;
    filter.queries_out = {true, true, true, false};
    filter.keys_out = {false, false, false, true};
    filter.query_mask = mask_of(filter.queries_out, true);
    std::vector<float> matrix(16);
    for (size_t i = 0; i < matrix.size(); ++i) matrix[i] = static_cast<float>(i * i);
    const BlockMeans cells = block_means(matrix, 4, 4, 2, filter);
    REQUIRE(cells.values.size() == 4);
    CHECK(std::isnan(cells.values[0]));
    CHECK(std::isnan(cells.values[1]));
    CHECK(cells.values[2] == 0.5f * (144.0f + 169.0f));
    CHECK(cells.values[3] == 196.0f);
}
