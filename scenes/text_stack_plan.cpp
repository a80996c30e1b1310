#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "scenes/collapse.h"
#include "scenes/layer_lines.h"
#include "scenes/ledger.h"
#include "scenes/line_budget.h"
#include "scenes/merged_rows.h"
#include "scenes/near_lines.h"
#include "scenes/neighbours.h"
#include "scenes/plan_memory.h"
#include "scenes/quantity.h"
#include "scenes/segments.h"
#include "scenes/shown_block.h"
#include "scenes/sinks.h"
#include "scenes/text_stack.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr int top_of_joined = 4;

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

std::vector<double> column_share(const std::vector<double>& column_sums, size_t lanes, size_t rows,
                                 size_t columns) {
    std::vector<double> share(columns, 0.0);
    for (size_t h = 0; h < lanes; ++h)
        for (size_t j = 0; j < columns; ++j) share[j] += column_sums[h * columns + j];
    for (double& s : share) s /= static_cast<double>(lanes * rows);
    return share;
}

// Sums of one layer's columns become the bars of its sinks; `folded(lane)` is what its neighbours hold.
template <typename Folded>
void measure_bars(const std::vector<double>& column_sums, size_t rows, size_t columns, const LineRules& rules,
                  Folded folded, LayerPlan& layer) {
    for (size_t h = 0; h < layer.lane_shown.size(); ++h) {
        if (!layer.lane_shown[h]) continue;
        for (size_t j = 0; j < columns; ++j) {
            const double sum = column_sums[h * columns + j];
            layer.sums.total += sum;
            if (!layer.sink_keys[j]) continue;
            layer.sink_mean[h * columns + j] = static_cast<float>(sum / static_cast<double>(rows));
            if (!rules.sinks_as_lines) layer.sums.sinks += sum;
        }
        const double neighbours = folded(h);
        layer.neighbour_mean[h] = static_cast<float>(neighbours / static_cast<double>(rows));
        layer.sums.neighbours += neighbours;
    }
}

void make_masks(const SegmentFilter& segments, const LayerPlan* earlier, LayerPlan& layer) {
    std::vector<bool> sinks_out = layer.sink_keys, others_out = layer.sink_keys;
    others_out.flip();
    for (size_t j = 0; j < segments.keys_out.size(); ++j)
        if (segments.keys_out[j]) sinks_out[j] = others_out[j] = true;
    if (std::ranges::find(sinks_out, true) != sinks_out.end()) {
        layer.sink_mask = mask_of(sinks_out, true);
        layer.other_mask = mask_of(others_out, true);
    }
    const bool all_lanes =
        std::find(layer.lane_shown.begin(), layer.lane_shown.end(), false) == layer.lane_shown.end();
    layer.selection.slice_mask = all_lanes ? nullptr : mask_of(layer.lane_shown, true);
    if (!earlier) return;
    layer.sink_mask = keep_equal(layer.sink_mask, earlier->sink_mask);
    layer.other_mask = keep_equal(layer.other_mask, earlier->other_mask);
    layer.selection.slice_mask = keep_equal(layer.selection.slice_mask, earlier->selection.slice_mask);
}

void take_choice(LineChoice choice, const LineRules& rules, LayerPlan& layer) {
    layer.threshold = choice.threshold;
    layer.rung = choice.rung;
    layer.lines = layer.sums.lines = choice.sums.lines;
    layer.sums.drawn = choice.sums.drawn;
    layer.sums.sinks += choice.sums.sinks;
    layer.drawn = choice.drawn;
    layer.to_sinks = choice.to_sinks;
    layer.selection.threshold = choice.threshold;
    layer.selection.row_thresholds = std::move(choice.row_thresholds);
    layer.selection.band = rules.band;
}

// |weight|, 0 where it is left out; `memory` holds them where they are others than the block's own.
std::span<const float> magnitudes_of(const WeightBlock& block, bool is_signed, const SegmentFilter& segments,
                                     std::vector<float>& memory) {
    if (!is_signed && !segments.is_active()) return *block.values;
    memory.resize(block.values->size());
    std::ranges::transform(*block.values, memory.begin(), [](float w) { return std::abs(w); });
    leave_out(segments, memory);
    return memory;
}

std::vector<double> column_sums_of(const WeightBlock& block) {
    std::vector<double> sums(size_t{block.slices} * block.columns, 0.0);
    const float* weight = block.values->data();
    for (uint32_t h = 0; h < block.slices; ++h)
        for (uint32_t i = 0; i < block.rows; ++i)
            for (uint32_t j = 0; j < block.columns; ++j)
                sums[size_t{h} * block.columns + j] += std::abs(static_cast<double>(*weight++));
    return sums;
}

template <typename FindSinks>
void plan_layer(TextStackPlan& plan, size_t l, const LineRules& rules, int previous_rung,
                FindSinks find_sinks, LayerScan& scan) {
    LayerPlan& layer = plan.layers[l];
    const WeightBlock& block = plan.blocks[l];
    std::vector<float> memory;
    const std::span<const float> weights =
        magnitudes_of(block, plan.has_signed_lines(), plan.segments, memory);
    scan_layer(weights, block.slices, block.rows, block.columns, line_cut(rules.threshold), scan);
    // What is a sink, all of the layer's weight says.
    find_sinks(plan.segments.is_active() ? column_sums_of(block) : scan.column_sums);
    const size_t size = size_t{block.rows} * block.columns;
    measure_bars(
        scan.column_sums, plan.segments.queries, block.columns, rules,
        [&](size_t h) {
            return neighbour_sum(weights.subspan(h * size, size), static_cast<int>(block.rows),
                                 static_cast<int>(block.columns), rules.band, layer.sink_keys);
        },
        layer);
    take_choice(choose_lines({.scan = scan,
                              .whole_rows = weights,
                              .rows = block.rows,
                              .columns = block.columns,
                              .lane_shown = layer.lane_shown,
                              .sinks = layer.sink_keys},
                             rules, previous_rung),
                rules, layer);
}

// Of signed numbers there is as much as the block lines hold: within a block they make up for each other.
double mass_of(std::span<const float> weights, const MergedRows& merged,
               const std::vector<bool>& lane_shown) {
    double mass = 0.0;
    const float* weight = weights.data();
    for (size_t h = 0; h < merged.lanes; ++h)
        for (uint32_t b = 0; b < merged.blocks_of_rows; ++b)
            for (uint32_t c = 0; c < merged.blocks_of_columns; ++c, ++weight)
                if (lane_shown[h]) mass += static_cast<double>(*weight) * merged.rows_of(b);
    return mass;
}

WeightBlock kept_of(const WeightBlock& block, const SegmentFilter& segments) {
    if (!segments.is_active()) return block;
    auto kept = std::make_shared<std::vector<float>>(*block.values);
    leave_out(segments, *kept);
    return {std::move(kept), block.slices, block.rows, block.columns};
}

// One walk over all weights, and only where they are others than before.
void merge_layers(TextStackPlan& plan, const TextStackPlan* previous, const std::vector<bool>& candidates) {
    std::vector<uint32_t> apart;
    for (size_t j = 0; j < candidates.size() && plan.has_sinks; ++j)
        if (candidates[j]) apart.push_back(static_cast<uint32_t>(j));
    const auto tokens = static_cast<uint32_t>(plan.tokens_per_block);
    for (size_t l = 0; l < plan.layers.size(); ++l) {
        const std::shared_ptr<const MergedRows> earlier = previous ? previous->layers[l].merged : nullptr;
        const bool is_same = earlier && earlier->tokens == tokens && earlier->apart == apart &&
                             previous->blocks[l].values == plan.blocks[l].values &&
                             previous->view.segments == plan.view.segments;
        plan.layers[l].merged =
            is_same ? earlier : merge_rows(kept_of(plan.blocks[l], plan.segments), tokens, apart);
    }
    plan.merged_blocks.resize(plan.layers.size());
    if (plan.view.sinks == SinkMode::lines) plan.merged_sinks.resize(plan.layers.size());
}

template <typename FindSinks>
void plan_merged_layer(TextStackPlan& plan, size_t l, const LineRules& rules, const TextStackPlan* previous,
                       int previous_rung, FindSinks find_sinks, LayerScan& scan) {
    LayerPlan& layer = plan.layers[l];
    const MergedRows& merged = *layer.merged;
    find_sinks(plan.segments.is_active() ? column_sums_of(plan.blocks[l]) : merged.column_sums);
    const bool is_same = previous && previous->layers[l].merged == layer.merged &&
                         previous->layers[l].sink_keys == layer.sink_keys;
    WeightBlock& block = plan.merged_blocks[l];
    block = is_same ? previous->merged_blocks[l] : merged.without(layer.sink_keys);
    std::vector<float> memory, whole_memory;
    const std::span<const float> weights = magnitudes_of(block, plan.has_signed_lines(), {}, memory);
    const float cut = line_cut(rules.threshold);
    scan_layer(weights, block.slices, block.rows, block.columns, cut, scan);
    LayerScan sink_scan;
    if (rules.sinks_as_lines) {
        WeightBlock& sinks = plan.merged_sinks[l];
        const bool kept = is_same && !previous->merged_sinks.empty();
        sinks = kept ? previous->merged_sinks[l] : merged.only(layer.sink_keys);
        scan_layer(*sinks.values, sinks.slices, sinks.rows, sinks.columns, cut, sink_scan);
    }
    measure_bars(
        merged.column_sums, plan.segments.queries, merged.columns, rules,
        [&](size_t h) { return neighbour_sum(merged, block, static_cast<uint32_t>(h), rules.band); }, layer);
    if (plan.has_signed_lines()) layer.sums.total = mass_of(weights, merged, layer.lane_shown);
    const ThresholdMode mode = rules.threshold.mode;
    const bool by_row = mode == ThresholdMode::top_k || mode == ThresholdMode::mass;
    const WeightBlock whole = by_row ? merged.all() : block;
    take_choice(choose_lines({.scan = scan,
                              .sink_scan = rules.sinks_as_lines ? &sink_scan : nullptr,
                              .whole_rows = magnitudes_of(whole, plan.has_signed_lines(), {}, whole_memory),
                              .rows = block.rows,
                              .columns = block.columns,
                              .lane_shown = layer.lane_shown,
                              .sinks = {},
                              .tokens_per_row = merged.tokens,
                              .tokens_of_last = merged.rows_of(block.rows - 1)},
                             rules, previous_rung),
                rules, layer);
}

std::shared_ptr<const NearLines> near_lines(const TextStackPlan& plan, const LineRules& rules) {
    std::vector<NearLayer> layers;
    for (const LayerPlan& layer : plan.layers) {
        NearLayer own{layer.lane_shown, layer.sink_keys, {}, {}};
        own.selection.row_mask = plan.segments.query_mask;
        own.selection.slice_mask = layer.selection.slice_mask;
        own.selection.column_mask = layer.sink_mask;
        if (!rules.sinks_as_lines) own.sums.sinks = layer.sums.sinks;
        layers.push_back(std::move(own));
    }
    return std::make_shared<const NearLines>(plan.blocks, plan.has_signed_lines(), plan.segments, rules,
                                             std::move(layers));
}

// `kept` of all the weight of the shown lanes.
double share_of_all(const TextStackPlan& plan, double kept) {
    double all = 0.0;
    for (size_t l = 0; l < plan.layers.size(); ++l) {
        const std::vector<bool>& shown = plan.layers[l].lane_shown;
        const size_t size = size_t{plan.blocks[l].rows} * plan.blocks[l].columns;
        for (size_t h = 0; h < shown.size(); ++h)
            for (size_t at = h * size; shown[h] && at < (h + 1) * size; ++at)
                all += std::abs(static_cast<double>((*plan.blocks[l].values)[at]));
    }
    return all > 0.0 ? kept / all : 0.0;
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
           a.segments == b.segments && a.strip == b.strip && a.fold_neighbours == b.fold_neighbours;
}

std::string segments_note(const TextStackPlan& plan) {
    return plan.segments.is_active() ? segments_note(plan.view.segments, plan.segment_share) : "";
}

std::span<const float> lane_weights(const TextStackPlan& plan, int layer, int lane) {
    const WeightBlock& block = plan.blocks[static_cast<size_t>(layer)];
    const size_t size = size_t{block.rows} * block.columns;
    return std::span<const float>(*block.values).subspan(static_cast<size_t>(lane) * size, size);
}

std::shared_ptr<const TextStackPlan> plan_text_stack(std::shared_ptr<const AttentionFrame> frame,
                                                     const ViewState& view, const TextStackPlan* previous,
                                                     double budget_part) {
    auto plan = std::make_shared<TextStackPlan>();
    plan->frame = frame;
    plan->view = view;
    plan->memory = std::make_shared<PlanMemory>();
    if (!frame || frame->blocks.empty()) return plan;
    const AttentionBlock& block = shown_block(*plan);
    plan->alike = collapse_summary(collapsed_layers(block));
    if (block.keys == 0 || block.queries == 0) return plan;
    const size_t rows = block.queries, columns = block.keys;
    fill_quantity(*plan, previous);
    if (!comparable(previous, *plan)) previous = nullptr;

    plan->segments = segment_filter(*frame, block, view.segments);
    if (previous) {
        plan->segments.query_mask = keep_equal(plan->segments.query_mask, previous->segments.query_mask);
        plan->segments.key_mask = keep_equal(plan->segments.key_mask, previous->segments.key_mask);
    }
    const auto shown = shown_lanes(view, plan->joins_ends, static_cast<int>(block.layers), plan->lanes);
    size_t layers_shown = 0, lanes_shown = 0;
    for (const auto& lanes : shown) {
        const auto count = static_cast<size_t>(std::count(lanes.begin(), lanes.end(), true));
        lanes_shown += count;
        layers_shown += count > 0;
    }

    LineRules rules;
    rules.threshold = plan->threshold = line_choice(view.threshold, plan->joins_ends);
    rules.sinks_as_lines = view.sinks == SinkMode::lines;
    // Only within one text have tokens neighbours.
    const bool one_text = block.key_stack == block.query_stack;
    rules.band = view.fold_neighbours && one_text ? neighbour_band(static_cast<int>(columns)) : -1;
    // From end to end each word holds the most of itself: lines straight across, a carpet of them in a long
    // text.
    if (plan->joins_ends) rules.band = std::min(rules.band, 0);
    rules.fixed_rung = lanes_shown == 1 && view.threshold.budget == 0;
    const int longest = static_cast<int>(std::max(rows, columns));
    const int budget =
        line_budget(theme(view.theme), view.threshold, longest, static_cast<int>(layers_shown));
    const auto own_budget = static_cast<uint64_t>(static_cast<double>(budget) * budget_part);
    rules.share = std::max<uint64_t>(own_budget / std::max<size_t>(layers_shown, 1), 1);
    plan->band = rules.band;
    // Patches that follow each other in their row are no neighbours in their image: they do not merge.
    const bool reads_image = !one_text && frame->stacks.at(block.key_stack).grid.has_value();
    plan->tokens_per_block = tokens_per_block(reads_image ? static_cast<int>(rows) : longest);

    WEFT_ASSERT(block.key_stack < frame->stacks.size(), "key stack " + std::to_string(block.key_stack));
    const std::vector<Token>& tokens = frame->stacks[block.key_stack].tokens;
    const auto candidates = sink_candidates(tokens, columns);
    ViewState drawn = view;
    if (previous) drawn.strip = previous->view.strip;  // colours words, no lines
    const bool keeps_rungs = previous && same_plan(previous->view, drawn);

    plan->layers.resize(shown.size());
    for (size_t l = 0; l < plan->layers.size(); ++l) {
        LayerPlan& layer = plan->layers[l];
        layer.lane_shown = shown[l];
        layer.sink_keys.assign(columns, false);
        layer.sink_mean.assign(static_cast<size_t>(plan->lanes) * columns, 0.0f);
        layer.neighbour_mean.assign(static_cast<size_t>(plan->lanes), 0.0f);
    }
    if (plan->blocks.empty()) return plan;

    if (plan->tokens_per_block > 1) merge_layers(*plan, previous, candidates);
    LayerScan scan;
    LedgerSums all_sums;
    for (size_t l = 0; l < plan->layers.size(); ++l) {
        LayerPlan& layer = plan->layers[l];
        const LayerPlan* earlier = previous ? &previous->layers[l] : nullptr;
        const auto find = [&](const std::vector<double>& column_sums) {
            std::vector<bool> were;
            if (earlier)
                were = carry_sinks(key_tokens(*previous->frame, shown_block(*previous)), earlier->sink_keys,
                                   tokens, columns);
            if (plan->has_sinks)
                layer.sink_keys =
                    find_sinks(column_share(column_sums, static_cast<size_t>(plan->lanes), rows, columns),
                               candidates, were);
        };
        const int previous_rung = keeps_rungs ? earlier->rung : -1;
        if (layer.merged)
            plan_merged_layer(*plan, l, rules, previous, previous_rung, find, scan);
        else
            plan_layer(*plan, l, rules, previous_rung, find, scan);
        make_masks(plan->segments, earlier, layer);
        if (!layer.merged) {
            layer.selection.row_mask = plan->segments.query_mask;
            layer.selection.column_mask = layer.sink_mask;
        }
        layer.ledger = ledger_from(layer.sums);
        all_sums += layer.sums;
    }
    plan->ledger = ledger_from(all_sums);
    if (plan->segments.is_active()) plan->segment_share = share_of_all(*plan, all_sums.total);
    if (plan->tokens_per_block > 1) plan->near = near_lines(*plan, rules);
    return plan;
}

}  // namespace weft
