#include "scenes/layer_scan.h"

#include <algorithm>

namespace weft {
namespace {

// Sums stay in float for this many rows, then go on in double: exact enough, and twice as fast.
constexpr uint32_t rows_in_float = 16;
constexpr uint32_t chunk = 16;

// Appends the weights >= cut of one row. Branchless within a chunk; chunks without any are skipped.
uint32_t gather_row(const float* row, uint32_t columns, float cut, uint32_t* out_column, float* out_weight) {
    uint32_t n = 0;
    uint32_t j = 0;
    for (; j + chunk <= columns; j += chunk) {
        int any = 0;
        for (uint32_t k = 0; k < chunk; ++k) any |= row[j + k] >= cut;
        if (!any) continue;
        for (uint32_t k = j; k < j + chunk; ++k) {
            out_column[n] = k;
            out_weight[n] = row[k];
            n += row[k] >= cut;
        }
    }
    for (; j < columns; ++j) {
        out_column[n] = j;
        out_weight[n] = row[j];
        n += row[j] >= cut;
    }
    return n;
}

}  // namespace

void scan_layer(std::span<const float> weights, uint32_t lanes, uint32_t rows, uint32_t columns, float cut,
                LayerScan& scan) {
    scan.column_sums.assign(size_t{lanes} * columns, 0.0);
    scan.row_begin.assign(size_t{lanes} * rows + 1, 0);
    std::vector<float> partial(columns);
    uint32_t n = 0;
    for (uint32_t lane = 0; lane < lanes; ++lane) {
        double* sums = scan.column_sums.data() + size_t{lane} * columns;
        for (uint32_t first = 0; first < rows; first += rows_in_float) {
            std::fill(partial.begin(), partial.end(), 0.0f);
            for (uint32_t r = first; r < std::min(first + rows_in_float, rows); ++r) {
                const float* row = weights.data() + (size_t{lane} * rows + r) * columns;
                for (uint32_t j = 0; j < columns; ++j) partial[j] += row[j];
                if (scan.columns.size() < size_t{n} + columns) {
                    const size_t grown = std::max(scan.columns.size() * 2, size_t{n} + size_t{columns} * 64);
                    scan.columns.resize(grown);
                    scan.weights.resize(grown);
                }
                n += gather_row(row, columns, cut, scan.columns.data() + n, scan.weights.data() + n);
                scan.row_begin[size_t{lane} * rows + r + 1] = n;
            }
            for (uint32_t j = 0; j < columns; ++j) sums[j] += static_cast<double>(partial[j]);
        }
    }
}

}  // namespace weft
