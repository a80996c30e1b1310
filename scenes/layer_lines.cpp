#include "scenes/layer_lines.h"

#include <cstdlib>

#include "scenes/line_budget.h"
#include "scenes/thresholds.h"

namespace weft {
namespace {

// `visit(row, weight, is_sink)` of the gathered weights that may be lines.
template <typename Visit>
void for_each_candidate(const LineSource& source, const LineRules& rules, Visit visit) {
    const std::vector<uint8_t> sink(source.sinks.begin(), source.sinks.end());
    for (size_t h = 0; h < source.lane_shown.size(); ++h) {
        if (!source.lane_shown[h]) continue;
        for (size_t i = 0; i < source.rows; ++i) {
            const size_t row = h * source.rows + i;
            const LayerScan& scan = source.scan;
            for (uint32_t c = scan.row_begin[row]; c < scan.row_begin[row + 1]; ++c) {
                const uint32_t j = scan.columns[c];
                const bool is_sink = !sink.empty() && sink[j] != 0;
                const int distance = std::abs(static_cast<int>(j) - static_cast<int>(i));
                if (is_sink ? !rules.sinks_as_lines : distance <= rules.band) continue;
                visit(row, scan.weights[c], is_sink);
            }
            if (!source.sink_scan || !rules.sinks_as_lines) continue;
            const LayerScan& apart = *source.sink_scan;
            for (uint32_t c = apart.row_begin[row]; c < apart.row_begin[row + 1]; ++c)
                visit(row, apart.weights[c], true);
        }
    }
}

int rung_for(const LineSource& source, const LineRules& rules, int previous_rung) {
    if (rules.fixed_rung) return 0;
    RungCounts counts;
    for_each_candidate(source, rules, [&](size_t, float weight, bool) {
        ++counts.counts[static_cast<size_t>(rung_bin(weight))];
    });
    return choose_rung(counts, rules.share, previous_rung);
}

}  // namespace

float line_cut(const Thresholding& threshold) {
    switch (threshold.mode) {
        case ThresholdMode::budget:
            return rungs[0];
        case ThresholdMode::value:
            return std::max(threshold.value, least_weight);
        default:
            return least_weight;
    }
}

LineChoice choose_lines(const LineSource& source, const LineRules& rules, int previous_rung) {
    LineChoice choice;
    if (rules.threshold.mode == ThresholdMode::budget) {
        choice.rung = rung_for(source, rules, previous_rung);
        choice.threshold = rungs[static_cast<size_t>(choice.rung)];
    } else {
        choice.row_thresholds = row_thresholds(source.whole_rows, source.columns, rules.threshold);
        choice.threshold = choice.row_thresholds ? 0.0f : line_cut(rules.threshold);
    }
    const std::vector<float>* by_row = choice.row_thresholds.get();
    for_each_candidate(source, rules, [&](size_t row, float weight, bool is_sink) {
        if (weight < (by_row ? (*by_row)[row] : choice.threshold)) return;
        const bool is_last = row % source.rows + 1 == source.rows;
        const double sum =
            static_cast<double>(weight) * (is_last ? source.tokens_of_last : source.tokens_per_row);
        ++choice.sums.lines;
        (is_sink ? choice.sums.sinks : choice.sums.drawn) += sum;
        (is_sink ? choice.to_sinks : choice.drawn).add(weight, sum);
    });
    return choice;
}

}  // namespace weft
