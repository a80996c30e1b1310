// Which lines of one layer are drawn at rest: of tokens, or of blocks of tokens. Pure; any thread.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "scenes/layer_scan.h"
#include "scenes/line_counts.h"
#include "scenes/view_state.h"

namespace weft {

// What is the same for all layers of one plan.
struct LineRules {
    Thresholding threshold;
    uint64_t share = 0;       // lines of one layer
    bool fixed_rung = false;  // one head alone: all its lines from the lowest rung on
    bool sinks_as_lines = false;
    int band = -1;  // |row - column| <= band is folded
};

// The least weight that is gathered for choosing.
float line_cut(const Thresholding& threshold);

// What lines are chosen from: weights not below 0 [lanes, rows, columns], gathered from line_cut() on.
struct LineSource {
    const LayerScan& scan;
    const LayerScan* sink_scan = nullptr;  // of the columns that are sinks, where `scan` is without them
    std::span<const float> whole_rows;     // sinks included: what thresholds by rank and mass look at
    uint32_t rows = 0, columns = 0;
    const std::vector<bool>& lane_shown;
    std::vector<bool> sinks;      // [columns] of `scan`; empty: it has none
    uint32_t tokens_per_row = 1;  // a line stands for as many queries
    uint32_t tokens_of_last = 1;
};

struct LineChoice {
    float threshold = 1.0f;  // 0 where row thresholds decide
    int rung = -1;           // -1: not by budget
    std::shared_ptr<const std::vector<float>> row_thresholds;
    LedgerSums sums;  // lines, what they draw, and what those to sinks draw
    LinesByWeight drawn, to_sinks;
};

// `previous_rung` (-1: none) gives hysteresis.
LineChoice choose_lines(const LineSource& source, const LineRules& rules, int previous_rung);

}  // namespace weft
