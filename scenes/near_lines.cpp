#include "scenes/near_lines.h"

#include <algorithm>
#include <cmath>

#include "scenes/neighbours.h"

namespace weft {

NearLines::NearLines(std::vector<WeightBlock> blocks, bool is_signed, SegmentFilter segments, LineRules rules,
                     std::vector<NearLayer> layers)
    : blocks_(std::move(blocks)),
      is_signed_(is_signed),
      segments_(std::move(segments)),
      rules_(std::move(rules)),
      layers_(std::move(layers)),
      chosen_(layers_.size()) {}

const NearLines::Lines& NearLines::layer(int layer) const {
    const auto l = static_cast<size_t>(layer);
    const std::lock_guard lock(mutex_);
    if (chosen_[l]) return *chosen_[l];
    const WeightBlock& block = blocks_[l];
    const NearLayer& own = layers_[l];
    std::vector<float> magnitudes;
    std::span<const float> weights(*block.values);
    if (is_signed_ || segments_.is_active()) {
        magnitudes.resize(weights.size());
        std::ranges::transform(weights, magnitudes.begin(), [](float w) { return std::abs(w); });
        leave_out(segments_, magnitudes);
        weights = magnitudes;
    }
    LayerScan scan;
    scan_layer(weights, block.slices, block.rows, block.columns, line_cut(rules_.threshold), scan);
    Lines lines;
    lines.choice = choose_lines({.scan = scan,
                                 .whole_rows = weights,
                                 .rows = block.rows,
                                 .columns = block.columns,
                                 .lane_shown = own.lane_shown,
                                 .sinks = own.sink_keys},
                                rules_, -1);
    lines.selection = own.selection;
    lines.selection.threshold = lines.choice.threshold;
    lines.selection.row_thresholds = lines.choice.row_thresholds;
    lines.selection.band = rules_.band;
    lines.sums = own.sums;
    lines.sums.drawn = lines.choice.sums.drawn;
    lines.sums.lines = lines.choice.sums.lines;
    if (rules_.sinks_as_lines) lines.sums.sinks = lines.choice.sums.sinks;
    const size_t size = size_t{block.rows} * block.columns;
    for (size_t h = 0; h < own.lane_shown.size(); ++h) {
        if (!own.lane_shown[h]) continue;
        for (size_t j = 0; j < block.columns; ++j)
            lines.sums.total += scan.column_sums[h * block.columns + j];
        lines.sums.neighbours += neighbour_sum(weights.subspan(h * size, size), static_cast<int>(block.rows),
                                               static_cast<int>(block.columns), rules_.band, own.sink_keys);
    }
    chosen_[l] = std::make_unique<const Lines>(std::move(lines));
    return *chosen_[l];
}

}  // namespace weft
