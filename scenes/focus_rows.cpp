#include "scenes/focus_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "scenes/shown_block.h"

namespace weft {

namespace {

// The rows and lanes that a focus covers, as a walk over (lane, row, column, weight).
template <typename Visit>
void visit(const TextStackPlan& plan, const Focus& focus, const Visit& see) {
    if (focus.layer < 0 || focus.layer >= static_cast<int>(plan.blocks.size())) return;
    const WeightBlock& block = plan.blocks[static_cast<size_t>(focus.layer)];
    if (!block.values) return;
    const bool one_lane = focus.kind == FocusKind::head || focus.kind == FocusKind::edge;
    const auto keeps = [&](int row, int column) {
        return !plan.segments.leaves_out(static_cast<size_t>(row), static_cast<size_t>(column));
    };
    const int first_lane = one_lane ? focus.head : 0;
    const int last_lane = one_lane ? focus.head : static_cast<int>(block.slices) - 1;
    const bool by_key = focus.kind == FocusKind::token && focus.by_key;
    const bool one_row = (focus.kind == FocusKind::token && !by_key) || focus.kind == FocusKind::edge;
    for (int lane = std::max(first_lane, 0); lane <= std::min(last_lane, static_cast<int>(block.slices) - 1);
         ++lane) {
        if (!one_lane && !plan.layers[static_cast<size_t>(focus.layer)].lane_shown[static_cast<size_t>(lane)])
            continue;
        for (int row = one_row ? focus.query : 0;
             row <= (one_row ? focus.query : static_cast<int>(block.rows) - 1); ++row) {
            if (row < 0 || row >= static_cast<int>(block.rows)) continue;
            const float* values =
                block.values->data() +
                (static_cast<size_t>(lane) * block.rows + static_cast<size_t>(row)) * block.columns;
            if (by_key) {
                if (focus.key >= 0 && focus.key < static_cast<int>(block.columns) && keeps(row, focus.key))
                    see(lane, row, focus.key, values[focus.key]);
                continue;
            }
            for (int column = 0; column < static_cast<int>(block.columns); ++column)
                if (keeps(row, column)) see(lane, row, column, values[column]);
        }
    }
}

bool is_sink(const TextStackPlan& plan, const Focus& focus, int column) {
    const auto& sinks = plan.layers[static_cast<size_t>(focus.layer)].sink_keys;
    return static_cast<size_t>(column) < sinks.size() && sinks[static_cast<size_t>(column)];
}

}  // namespace

int shown_lanes(const TextStackPlan& plan, int layer) {
    if (layer < 0 || layer >= static_cast<int>(plan.layers.size())) return 0;
    const std::vector<bool>& shown = plan.layers[static_cast<size_t>(layer)].lane_shown;
    return static_cast<int>(std::count(shown.begin(), shown.end(), true));
}

std::vector<float> mean_weights(const TextStackPlan& plan, const Focus& focus) {
    const bool by_key = focus.kind == FocusKind::token && focus.by_key;
    const AttentionBlock& attention = shown_block(plan);
    std::vector<float> means(by_key ? attention.queries : attention.keys, 0.0f);
    const auto lanes = static_cast<float>(std::max(shown_lanes(plan, focus.layer), 1));
    visit(plan, focus, [&](int, int row, int column, float weight) {
        means[static_cast<size_t>(by_key ? row : column)] += weight / lanes;
    });
    return means;
}

std::vector<StrongestLine> strongest_lines(const TextStackPlan& plan, const Focus& focus, int count) {
    const bool by_key = focus.kind == FocusKind::token && focus.by_key;
    std::vector<StrongestLine> lines;
    visit(plan, focus, [&](int lane, int row, int column, float weight) {
        if (!by_key && is_sink(plan, focus, column)) return;
        lines.push_back({lane, by_key ? row : column, weight});
    });
    const size_t kept = std::min(lines.size(), static_cast<size_t>(std::max(count, 0)));
    std::partial_sort(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(kept), lines.end(),
                      [](const StrongestLine& a, const StrongestLine& b) {
                          return std::abs(a.weight) > std::abs(b.weight);
                      });
    lines.resize(kept);
    return lines;
}

float edge_weight(const TextStackPlan& plan, const Focus& focus) {
    float found = std::numeric_limits<float>::quiet_NaN();
    if (focus.kind != FocusKind::edge) return found;
    visit(plan, focus, [&](int, int, int column, float weight) {
        if (column == focus.key) found = weight;
    });
    return found;
}

}  // namespace weft
