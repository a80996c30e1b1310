#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "scenes/layer_scan.h"
#include "scenes/ledger.h"
#include "scenes/line_budget.h"
#include "scenes/neighbours.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/sinks.h"
#include "scenes/text_stack.h"
#include "scenes/theme.h"
#include "scenes/thresholds.h"

namespace weft {
namespace {

using Mask = std::shared_ptr<const std::vector<uint32_t>>;

constexpr int top_of_joined = 4;

// What is the same for all layers of one plan.
struct Choices {
    Thresholding threshold;
    uint64_t share = 0;       // lines of one layer
    bool fixed_rung = false;  // one head alone: all its lines from the lowest rung on
    bool sinks_as_lines = false;
    int band = -1;
};

Mask mask_of(const std::vector<bool>& bits, bool wanted) {
    auto mask = std::make_shared<std::vector<uint32_t>>((bits.size() + 31) / 32, 0u);
    for (size_t b = 0; b < bits.size(); ++b)
        if (bits[b] == wanted) (*mask)[b / 32] |= 1u << (b % 32);
    return mask;
}

// Equal content keeps the earlier array: by its identity the renderer knows that nothing changed.
template <typename T>
std::shared_ptr<const T> keep_equal(std::shared_ptr<const T> made, const std::shared_ptr<const T>& earlier) {
    return made && earlier && *made == *earlier ? earlier : made;
}

std::vector<std::vector<bool>> shown_lanes(const ViewState& view, bool joins_ends, int layers, int lanes) {
    if (joins_ends) return {std::vector<bool>(static_cast<size_t>(lanes), true)};
    std::vector<std::vector<bool>> shown(static_cast<size_t>(layers),
                                         std::vector<bool>(static_cast<size_t>(lanes), false));
    const int first = std::max(view.first_layer, 0);
    const int last = view.last_layer < 0 ? layers - 1 : std::min(view.last_layer, layers - 1);
    if (!view.heads.empty() && lanes > 1) {
        for (const auto& [l, h] : view.heads)
            if (l >= first && l <= last && h >= 0 && h < lanes)
                shown[static_cast<size_t>(l)][static_cast<size_t>(h)] = true;
        return shown;
    }
    for (int l = first; l <= last; ++l)
        shown[static_cast<size_t>(l)].assign(static_cast<size_t>(lanes), true);
    return shown;
}

// From end to end every word gets something of every other, often nearly as much of each: what tells words
// apart are the largest of each row.
Thresholding line_choice(Thresholding threshold, bool joins_ends) {
    if (!joins_ends || threshold.mode != ThresholdMode::budget || threshold.budget > 0) return threshold;
    threshold.mode = ThresholdMode::top_k;
    threshold.top_k = top_of_joined;
    return threshold;
}

std::vector<double> column_share(const LayerScan& scan, size_t lanes, size_t rows, size_t columns) {
    std::vector<double> share(columns, 0.0);
    for (size_t h = 0; h < lanes; ++h)
        for (size_t j = 0; j < columns; ++j) share[j] += scan.column_sums[h * columns + j];
    for (double& s : share) s /= static_cast<double>(lanes * rows);
    return share;
}

// Goes through the gathered weights that may be lines: `visit(row, column, weight, is_sink)`.
template <typename Visit>
void for_each_candidate(const LayerScan& scan, const LayerPlan& layer, size_t rows, const Choices& choices,
                        Visit visit) {
    std::vector<uint8_t> sink(layer.sink_keys.begin(), layer.sink_keys.end());
    for (size_t h = 0; h < layer.lane_shown.size(); ++h) {
        if (!layer.lane_shown[h]) continue;
        for (size_t i = 0; i < rows; ++i) {
            const size_t row = h * rows + i;
            for (uint32_t c = scan.row_begin[row]; c < scan.row_begin[row + 1]; ++c) {
                const uint32_t j = scan.columns[c];
                const bool is_sink = sink[j] != 0;
                const int distance = std::abs(static_cast<int>(j) - static_cast<int>(i));
                if (is_sink ? !choices.sinks_as_lines : distance <= choices.band) continue;
                visit(row, scan.weights[c], is_sink);
            }
        }
    }
}

void choose_by_budget(const LayerScan& scan, size_t rows, const Choices& choices, int previous_rung,
                      LayerPlan& layer, LedgerSums& sums) {
    RungCounts all;
    RungCounts sinks;
    for_each_candidate(scan, layer, rows, choices, [&](size_t, float weight, bool is_sink) {
        const size_t bin = static_cast<size_t>(rung_bin(weight));
        ++all.counts[bin];
        all.sums[bin] += static_cast<double>(weight);
        if (is_sink) sinks.sums[bin] += static_cast<double>(weight);
    });
    layer.rung = choices.fixed_rung ? 0 : choose_rung(all, choices.share, previous_rung);
    layer.threshold = rungs[static_cast<size_t>(layer.rung)];
    sums.lines = all.lines_at(layer.rung);
    sums.drawn = all.sum_at(layer.rung) - sinks.sum_at(layer.rung);
    if (choices.sinks_as_lines) sums.sinks = sinks.sum_at(layer.rung);
}

void count_lines(const LayerScan& scan, size_t rows, const Choices& choices, const LayerPlan& layer,
                 LedgerSums& sums) {
    const std::vector<float>* row_threshold = layer.selection.row_thresholds.get();
    for_each_candidate(scan, layer, rows, choices, [&](size_t row, float weight, bool is_sink) {
        if (weight < (row_threshold ? (*row_threshold)[row] : layer.threshold)) return;
        ++sums.lines;
        (is_sink ? sums.sinks : sums.drawn) += static_cast<double>(weight);
    });
}

void measure_bars(const LayerScan& scan, std::span<const float> weights, size_t rows, size_t columns,
                  const Choices& choices, LayerPlan& layer, LedgerSums& sums) {
    const size_t lanes = layer.lane_shown.size();
    layer.sink_mean.assign(lanes * columns, 0.0f);
    layer.neighbour_mean.assign(lanes, 0.0f);
    for (size_t h = 0; h < lanes; ++h) {
        if (!layer.lane_shown[h]) continue;
        for (size_t j = 0; j < columns; ++j) {
            const double sum = scan.column_sums[h * columns + j];
            sums.total += sum;
            if (!layer.sink_keys[j]) continue;
            layer.sink_mean[h * columns + j] = static_cast<float>(sum / static_cast<double>(rows));
            if (!choices.sinks_as_lines) sums.sinks += sum;
        }
        const double folded =
            neighbour_sum(weights.subspan(h * rows * columns, rows * columns), static_cast<int>(rows),
                          static_cast<int>(columns), choices.band, layer.sink_keys);
        layer.neighbour_mean[h] = static_cast<float>(folded / static_cast<double>(rows));
        sums.neighbours += folded;
    }
}

void make_selection(const Choices& choices, const LayerPlan* earlier, LayerPlan& layer) {
    const bool any_sink =
        std::find(layer.sink_keys.begin(), layer.sink_keys.end(), true) != layer.sink_keys.end();
    if (any_sink) {
        layer.sink_mask = mask_of(layer.sink_keys, true);
        layer.other_mask = mask_of(layer.sink_keys, false);
    }
    const bool all_lanes =
        std::find(layer.lane_shown.begin(), layer.lane_shown.end(), false) == layer.lane_shown.end();
    Mask slices = all_lanes ? nullptr : mask_of(layer.lane_shown, true);
    if (earlier) {
        layer.sink_mask = keep_equal(layer.sink_mask, earlier->sink_mask);
        layer.other_mask = keep_equal(layer.other_mask, earlier->other_mask);
        slices = keep_equal(slices, earlier->selection.slice_mask);
        layer.selection.row_thresholds =
            keep_equal(layer.selection.row_thresholds, earlier->selection.row_thresholds);
    }
    layer.selection.threshold = layer.threshold;
    layer.selection.slice_mask = slices;
    layer.selection.column_mask = layer.sink_mask;
    layer.selection.band = choices.band;
}

bool comparable(const TextStackPlan* previous, const TextStackPlan& plan) {
    return previous && !plan.blocks.empty() && previous->blocks.size() == plan.blocks.size() &&
           previous->lanes == plan.lanes && previous->view.quantity == plan.view.quantity &&
           shown_block(*previous).kind == shown_block(plan).kind;
}

}  // namespace

bool same_plan(const ViewState& a, const ViewState& b) {
    return a.scene == b.scene && a.theme == b.theme && a.quantity == b.quantity &&
           a.attention == b.attention && a.first_layer == b.first_layer && a.last_layer == b.last_layer &&
           a.heads == b.heads && a.threshold == b.threshold && a.sinks == b.sinks &&
           a.fold_neighbours == b.fold_neighbours;
}

std::span<const float> lane_weights(const TextStackPlan& plan, int layer, int lane) {
    const WeightBlock& block = plan.blocks[static_cast<size_t>(layer)];
    const size_t size = size_t{block.rows} * block.columns;
    return std::span<const float>(*block.values).subspan(static_cast<size_t>(lane) * size, size);
}

std::shared_ptr<const TextStackPlan> plan_text_stack(std::shared_ptr<const AttentionFrame> frame,
                                                     const ViewState& view, const TextStackPlan* previous) {
    auto plan = std::make_shared<TextStackPlan>();
    plan->frame = frame;
    plan->view = view;
    if (!frame || frame->blocks.empty()) return plan;
    const AttentionBlock& block = shown_block(*plan);
    if (block.keys == 0 || block.queries == 0) return plan;
    const size_t rows = block.queries, columns = block.keys;
    fill_quantity(*plan, previous);
    if (!comparable(previous, *plan)) previous = nullptr;

    const auto shown = shown_lanes(view, plan->joins_ends, static_cast<int>(block.layers), plan->lanes);
    size_t layers_shown = 0, lanes_shown = 0;
    for (const auto& lanes : shown) {
        const auto count = static_cast<size_t>(std::count(lanes.begin(), lanes.end(), true));
        lanes_shown += count;
        layers_shown += count > 0;
    }

    Choices choices;
    choices.threshold = plan->threshold = line_choice(view.threshold, plan->joins_ends);
    choices.sinks_as_lines = view.sinks == SinkMode::lines;
    // Only within one text have tokens neighbours.
    const bool one_text = block.key_stack == block.query_stack;
    choices.band = view.fold_neighbours && one_text ? neighbour_band(static_cast<int>(columns)) : -1;
    // From end to end each word holds the most of itself: lines straight across, a carpet of them in a long
    // text.
    if (plan->joins_ends) choices.band = std::min(choices.band, 0);
    choices.fixed_rung = lanes_shown == 1 && view.threshold.budget == 0;
    const Thresholding& threshold = plan->threshold;
    const int budget = line_budget(theme(view.theme), view.threshold,
                                   static_cast<int>(std::max(rows, columns)), static_cast<int>(layers_shown));
    choices.share = std::max<uint64_t>(static_cast<uint64_t>(budget) / std::max<size_t>(layers_shown, 1), 1);
    plan->band = choices.band;

    const bool by_budget = threshold.mode == ThresholdMode::budget;
    const bool by_row = threshold.mode == ThresholdMode::top_k || threshold.mode == ThresholdMode::mass;
    const bool keeps_rungs = previous && same_plan(previous->view, view);
    WEFT_ASSERT(block.key_stack < frame->stacks.size(), "key stack " + std::to_string(block.key_stack));
    const std::vector<Token>& tokens = frame->stacks[block.key_stack].tokens;
    const auto candidates = sink_candidates(tokens, columns);

    plan->layers.resize(shown.size());
    LayerScan scan;
    std::vector<float> magnitudes;
    LedgerSums all_sums;
    for (size_t l = 0; l < plan->layers.size(); ++l) {
        LayerPlan& layer = plan->layers[l];
        layer.lane_shown = shown[l];
        layer.sink_keys.assign(columns, false);
        layer.sink_mean.assign(static_cast<size_t>(plan->lanes) * columns, 0.0f);
        layer.neighbour_mean.assign(static_cast<size_t>(plan->lanes), 0.0f);
        if (plan->blocks.empty()) continue;

        const LayerPlan* earlier = previous ? &previous->layers[l] : nullptr;
        std::span<const float> weights(*plan->blocks[l].values);
        if (plan->has_signed_lines()) {
            magnitudes.resize(weights.size());
            std::ranges::transform(weights, magnitudes.begin(), [](float w) { return std::abs(w); });
            weights = magnitudes;
        }
        const float cut = by_budget ? rungs[0]
                          : by_row  ? least_weight
                                    : std::max(threshold.value, least_weight);
        scan_layer(weights, static_cast<uint32_t>(plan->lanes), block.queries, block.keys, cut, scan);

        std::vector<bool> were_sinks;
        if (earlier)
            were_sinks = carry_sinks(key_tokens(*previous->frame, shown_block(*previous)), earlier->sink_keys,
                                     tokens, columns);
        if (plan->has_sinks)
            layer.sink_keys = find_sinks(column_share(scan, static_cast<size_t>(plan->lanes), rows, columns),
                                         candidates, were_sinks);

        LedgerSums sums;
        measure_bars(scan, weights, rows, columns, choices, layer, sums);
        if (by_budget) {
            choose_by_budget(scan, rows, choices, keeps_rungs ? earlier->rung : -1, layer, sums);
        } else {
            layer.threshold = by_row ? 0.0f : cut;
            layer.selection.row_thresholds = row_thresholds(weights, columns, threshold);
            count_lines(scan, rows, choices, layer, sums);
        }
        layer.lines = sums.lines;
        layer.ledger = ledger_from(sums);
        make_selection(choices, earlier, layer);
        all_sums += sums;
    }
    plan->ledger = ledger_from(all_sums);
    return plan;
}

}  // namespace weft
