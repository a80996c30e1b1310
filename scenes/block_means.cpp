#include "scenes/block_means.h"

#include <algorithm>
#include <limits>
#include <string>

#include "analysis/error.h"

namespace weft {

BlockMeans block_means(std::span<const float> matrix, uint32_t rows, uint32_t columns, uint32_t most,
                       const SegmentFilter& filter) {
    WEFT_ASSERT(matrix.size() == size_t{rows} * columns && most > 0, std::to_string(matrix.size()));
    BlockMeans cells;
    cells.block = std::max(1u, (std::max(rows, columns) + most - 1) / most);
    cells.rows = (rows + cells.block - 1) / cells.block;
    cells.columns = (columns + cells.block - 1) / cells.block;
    const size_t count = size_t{cells.rows} * cells.columns;
    std::vector<double> sums(count, 0.0);
    std::vector<uint32_t> kept(count, 0);
    for (uint32_t row = 0; row < rows; ++row) {
        for (uint32_t column = 0; column < columns; ++column) {
            if (filter.leaves_out(row, column)) continue;
            const size_t cell = size_t{row / cells.block} * cells.columns + column / cells.block;
            sums[cell] += matrix[size_t{row} * columns + column];
            ++kept[cell];
        }
    }
    cells.values.reserve(count);
    for (size_t cell = 0; cell < count; ++cell)
        cells.values.push_back(kept[cell] > 0 ? static_cast<float>(sums[cell] / kept[cell])
                                              : std::numeric_limits<float>::quiet_NaN());
    return cells;
}

}  // namespace weft
