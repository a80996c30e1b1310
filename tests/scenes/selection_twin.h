// The test of a flow line, written out entry by entry as draw_list.h defines it: what the plan's counts must
// equal.
#pragma once

#include <cmath>
#include <cstdint>

#include "renderer/draw_list.h"

namespace weft::twin {

inline bool has_bit(const std::vector<uint32_t>& mask, uint32_t bit) {
    return (mask[bit / 32] >> (bit % 32)) & 1u;
}

inline bool is_drawn(const WeightBlock& block, const FlowSelection& selection, uint32_t s, uint32_t r,
                     uint32_t c) {
    const float value = std::abs((*block.values)[(size_t{s} * block.rows + r) * block.columns + c]);
    if (!(value >= selection.threshold)) return false;
    if (selection.row_thresholds && !(value >= (*selection.row_thresholds)[size_t{s} * block.rows + r]))
        return false;
    if (selection.slice_mask && !has_bit(*selection.slice_mask, s)) return false;
    if (selection.row_mask && has_bit(*selection.row_mask, r)) return false;
    if (selection.column_mask && has_bit(*selection.column_mask, c)) return false;
    if (selection.band >= 0 && std::abs(static_cast<int>(r) - static_cast<int>(c)) <= selection.band)
        return false;
    if (selection.only_slice >= 0 && s != static_cast<uint32_t>(selection.only_slice)) return false;
    if (selection.only_row >= 0 && r != static_cast<uint32_t>(selection.only_row)) return false;
    return selection.only_column < 0 || c == static_cast<uint32_t>(selection.only_column);
}

struct Drawn {
    uint64_t lines = 0;
    double weight = 0.0;
};

inline Drawn drawn(const WeightBlock& block, const FlowSelection& selection) {
    Drawn result;
    for (uint32_t s = 0; s < block.slices; ++s)
        for (uint32_t r = 0; r < block.rows; ++r)
            for (uint32_t c = 0; c < block.columns; ++c)
                if (is_drawn(block, selection, s, r, c)) {
                    ++result.lines;
                    result.weight += static_cast<double>(
                        (*block.values)[(size_t{s} * block.rows + r) * block.columns + c]);
                }
    return result;
}

}  // namespace weft::twin
