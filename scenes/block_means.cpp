#include "scenes/block_means.h"

#include <algorithm>

#include "analysis/error.h"

namespace weft {

BlockMeans block_means(std::span<const float> matrix, uint32_t rows, uint32_t columns, uint32_t most) {
    WEFT_ASSERT(matrix.size() == size_t{rows} * columns && most > 0, std::to_string(matrix.size()));
    BlockMeans cells;
    cells.block = std::max(1u, (std::max(rows, columns) + most - 1) / most);
    cells.rows = (rows + cells.block - 1) / cells.block;
    cells.columns = (columns + cells.block - 1) / cells.block;
    std::vector<double> sums(size_t{cells.rows} * cells.columns, 0.0);
    for (uint32_t row = 0; row < rows; ++row) {
        for (uint32_t column = 0; column < columns; ++column) {
            sums[size_t{row / cells.block} * cells.columns + column / cells.block] +=
                matrix[size_t{row} * columns + column];
        }
    }
    cells.values.reserve(sums.size());
    for (uint32_t row = 0; row < cells.rows; ++row) {
        const uint32_t height = std::min(cells.block, rows - row * cells.block);
        for (uint32_t column = 0; column < cells.columns; ++column) {
            const uint32_t width = std::min(cells.block, columns - column * cells.block);
            const double sum = sums[size_t{row} * cells.columns + column];
            cells.values.push_back(static_cast<float>(sum / (double(height) * width)));
        }
    }
    return cells;
}

}  // namespace weft
