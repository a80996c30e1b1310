#include "scenes/landmarks.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <set>

#include "scenes/merged_rows.h"
#include "scenes/plan_memory.h"
#include "scenes/shown_block.h"

namespace weft {

namespace {

std::vector<double> token_landmarks(const TextStackPlan& plan, bool first_pane) {
    const size_t layer = first_pane ? 0 : plan.layers.size() - 1;
    const WeightBlock& block = plan.blocks[layer];
    const LayerPlan& layer_plan = plan.layers[layer];
    std::vector<double> weights(first_pane ? block.columns : block.rows, 0.0);
    const float* value = block.values->data();
    for (uint32_t slice = 0; slice < block.slices; ++slice) {
        for (uint32_t row = 0; row < block.rows; ++row) {
            for (uint32_t column = 0; column < block.columns; ++column, ++value) {
                const float weight = std::abs(*value);
                if (weight < layer_plan.threshold || layer_plan.sink_keys[column]) continue;
                weights[first_pane ? column : row] += static_cast<double>(weight);
            }
        }
    }
    return weights;
}

// A block's lines are its strongest token's first; the others of the block come close behind.
std::vector<double> merged_landmarks(const TextStackPlan& plan, bool first_pane) {
    const size_t layer = first_pane ? 0 : plan.layers.size() - 1;
    const WeightBlock& block = plan.merged_blocks[layer];
    const LayerPlan& layer_plan = plan.layers[layer];
    const MergedRows& merged = *layer_plan.merged;
    std::vector<double> of_blocks(first_pane ? block.columns : block.rows, 0.0);
    for (const DrawnLine& line : *plan.memory->lines(block, layer_plan.selection)) {
        const size_t row = size_t{line.slice} * block.rows + line.row;
        of_blocks[first_pane ? line.column : line.row] +=
            std::abs(static_cast<double>((*block.values)[row * block.columns + line.column]));
    }
    std::vector<double> own(first_pane ? merged.columns : merged.rows, 1.0);
    if (first_pane) {
        std::ranges::fill(own, 0.0);
        for (size_t place = 0; place < merged.column_sums.size(); ++place) {
            const size_t column = place % merged.columns;
            if (!layer_plan.sink_keys[column]) own[column] += std::abs(merged.column_sums[place]);
        }
    }
    for (size_t first = 0; first < own.size(); first += merged.tokens) {
        const size_t end = std::min(first + merged.tokens, own.size());
        const double most = *std::max_element(own.begin() + static_cast<std::ptrdiff_t>(first),
                                              own.begin() + static_cast<std::ptrdiff_t>(end));
        for (size_t token = first; token < end; ++token)
            own[token] = most > 0.0 ? of_blocks[first / merged.tokens] * own[token] / most : 0.0;
    }
    return own;
}

}  // namespace

std::vector<float> landmark_weights(const TextStackPlan& plan, bool first_pane) {
    const AttentionBlock& attention = shown_block(plan);
    if (plan.blocks.empty()) return std::vector<float>(first_pane ? attention.keys : attention.queries, 0.0f);
    const auto weights = plan.memory->numbers(first_pane ? "landmarks first" : "landmarks last", [&] {
        return plan.near ? merged_landmarks(plan, first_pane) : token_landmarks(plan, first_pane);
    });
    return {weights->begin(), weights->end()};
}

std::vector<bool> thinned(const std::vector<float>& weights, const std::vector<float>& at_px,
                          float apart_px) {
    std::vector<size_t> order(weights.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, [&](size_t a, size_t b) { return weights[a] > weights[b]; });
    std::vector<bool> kept(weights.size(), false);
    std::set<float> taken;
    for (const size_t row : order) {
        const float at = at_px[row];
        const auto after = taken.lower_bound(at);
        if (after != taken.end() && *after - at < apart_px) continue;
        if (after != taken.begin() && at - *std::prev(after) < apart_px) continue;
        taken.insert(at);
        kept[row] = true;
    }
    return kept;
}

}  // namespace weft
