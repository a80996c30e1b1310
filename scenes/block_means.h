// A large matrix in few cells: each cell is the mean over a block of rows and columns. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scenes/segments.h"

namespace weft {

struct BlockMeans {
    uint32_t rows = 0, columns = 0;  // of cells
    uint32_t block = 1;              // rows and columns of the matrix in a cell; fewer at the end
    std::vector<float> values;       // [rows, columns]; NaN where a filter leaves out all of a cell
};

// `matrix` [rows, columns] in at most `most` cells either way; means of what `filter` keeps.
BlockMeans block_means(std::span<const float> matrix, uint32_t rows, uint32_t columns, uint32_t most,
                       const SegmentFilter& filter = {});

}  // namespace weft
