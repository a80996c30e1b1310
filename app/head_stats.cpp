#include "app/head_stats.h"

#include <cmath>

namespace weft {

namespace {

bool has_bit(const std::vector<uint32_t>& bits, uint32_t index) {
    return index / 32 < bits.size() && (bits[index / 32] >> (index % 32) & 1u) != 0;
}

bool allows(int32_t only, uint32_t index) {
    return only < 0 || static_cast<uint32_t>(only) == index;
}

}  // namespace

bool is_drawn(const FlowSelection& selection, const WeightBlock& block, uint32_t slice, uint32_t row,
              uint32_t column) {
    const float value =
        std::abs((*block.values)[(size_t{slice} * block.rows + row) * block.columns + column]);
    if (value < selection.threshold) return false;
    if (selection.row_thresholds && value < (*selection.row_thresholds)[size_t{slice} * block.rows + row])
        return false;
    if (selection.slice_mask && !has_bit(*selection.slice_mask, slice)) return false;
    if (selection.row_mask && has_bit(*selection.row_mask, row)) return false;
    if (selection.column_mask && has_bit(*selection.column_mask, column)) return false;
    if (selection.band >= 0 && std::abs(int64_t{row} - int64_t{column}) <= selection.band) return false;
    return allows(selection.only_slice, slice) && allows(selection.only_row, row) &&
           allows(selection.only_column, column);
}

HeadStats head_stats(const TextStackPlan& plan, int layer, int slice) {
    const WeightBlock& block = plan.blocks.at(static_cast<size_t>(layer));
    const LayerPlan& layer_plan = plan.layers.at(static_cast<size_t>(layer));
    const auto s = static_cast<uint32_t>(slice);
    HeadStats stats;
    stats.threshold = layer_plan.threshold;
    stats.kept = kept_share(plan.segments, lane_weights(plan, layer, slice));
    for (uint32_t row = 0; row < block.rows; ++row) {
        for (uint32_t column = 0; column < block.columns; ++column) {
            const double value = (*block.values)[(size_t{s} * block.rows + row) * block.columns + column];
            if (column < layer_plan.sink_keys.size() && layer_plan.sink_keys[column]) stats.to_sinks += value;
            if (value > 0.0) stats.mean_entropy -= value * std::log(value);
            if (is_drawn(layer_plan.selection, block, s, row, column)) ++stats.lines;
        }
    }
    if (block.rows > 0) {
        stats.to_sinks /= block.rows;
        stats.mean_entropy /= block.rows;
    }
    return stats;
}

}  // namespace weft
