// One pass over the weights of one layer: what every key receives, and which weights could be lines at all.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace weft {

struct LayerScan {
    std::vector<double> column_sums;  // [H * K], over queries
    // Weights >= cut, row by row (a row is one query of one lane): row r owns row_begin[r] .. row_begin[r +
    // 1].
    std::vector<uint32_t> row_begin;  // [H * Q + 1]
    std::vector<uint32_t> columns;
    std::vector<float> weights;
};

// weights [H, Q, K]. `scan` keeps its memory from layer to layer.
void scan_layer(std::span<const float> weights, uint32_t lanes, uint32_t rows, uint32_t columns, float cut,
                LayerScan& scan);

}  // namespace weft
