// A large matrix in few cells: each cell is the mean over a block of rows and columns. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace weft {

struct BlockMeans {
    uint32_t rows = 0, columns = 0;  // of cells
    uint32_t block = 1;              // rows and columns of the matrix in a cell; fewer at the end
    std::vector<float> values;       // [rows, columns]
};

// `matrix` [rows, columns] in at most `most` cells either way.
BlockMeans block_means(std::span<const float> matrix, uint32_t rows, uint32_t columns, uint32_t most);

}  // namespace weft
