#include "scenes/quantity.h"

#include "analysis/error.h"
#include "scenes/flow_lines.h"
#include "scenes/shown_block.h"
#include "scenes/sink_bars.h"

namespace weft {
namespace {

const FrameTensor* find_tensor(const AttentionBlock& block, const std::string& name, size_t values) {
    const auto it = block.quantities.find(name);
    if (it == block.quantities.end() || !it->second.values) return nullptr;
    WEFT_ASSERT(it->second.values->size() == values, name + " has " +
                                                         std::to_string(it->second.values->size()) +
                                                         " values instead of " + std::to_string(values));
    return &it->second;
}

const FrameTensor* find_rollout(const AttentionBlock& block) {
    return find_tensor(block, "rollout", size_t{block.layers} * block.queries * block.keys);
}

const FrameTensor* find_entropy(const AttentionBlock& block) {
    return find_tensor(block, "entropy.normalised", size_t{block.layers} * block.heads * block.queries);
}

}  // namespace

bool has_quantity(const AttentionFrame& frame, const ViewState& view) {
    if (frame.blocks.empty()) return false;
    const AttentionBlock& block = shown_block(frame, view);
    if (view.quantity == "attention") return true;
    if (view.quantity == "rollout") return find_rollout(block) != nullptr;
    if (view.quantity == "entropy") return find_entropy(block) != nullptr;
    return false;
}

std::vector<WeightBlock> quantity_blocks(const AttentionFrame& frame, const ViewState& view,
                                         const TextStackPlan* previous) {
    std::vector<WeightBlock> blocks;
    if (frame.blocks.empty()) return blocks;
    const AttentionBlock& block = shown_block(frame, view);
    const std::string& quantity = view.quantity;
    if (quantity == "attention" || quantity == "entropy") {
        const size_t size = size_t{block.heads} * block.queries * block.keys;
        for (const auto& weights : block.layer_weights) {
            WEFT_ASSERT(weights && weights->size() == size,
                        "layer " + std::to_string(blocks.size()) + ", expected " + std::to_string(size));
            blocks.push_back({weights, block.heads, block.queries, block.keys});
        }
        WEFT_ASSERT(blocks.size() == block.layers, std::to_string(blocks.size()) + " layers of weights");
        return blocks;
    }
    const FrameTensor* rollout = quantity == "rollout" ? find_rollout(block) : nullptr;
    if (!rollout) return blocks;
    if (previous && previous->frame.get() == &frame && previous->view.quantity == quantity &&
        &shown_block(*previous) == &block)
        return previous->blocks;
    const size_t size = size_t{block.queries} * block.keys;
    for (uint32_t l = 0; l < block.layers; ++l) {
        const float* first = rollout->values->data() + l * size;
        blocks.push_back(
            {std::make_shared<std::vector<float>>(first, first + size), 1, block.queries, block.keys});
    }
    return blocks;
}

QuantityLegend legend(const ViewState& view, const TextStackPlan& plan) {
    QuantityLegend result;
    const bool empty = !plan.frame || plan.frame->blocks.empty();
    const int tokens =
        empty ? 0 : static_cast<int>(std::max(shown_block(plan).keys, shown_block(plan).queries));
    const Theme& colors = theme(view.theme);
    const float widening = line_width_u(colors, tokens) / colors.line_width_u;
    result.full_weight = 1.0f / (widening * widening);
    if (result.full_weight < 0.75f) {
        result.samples = {0.5f, 0.2f, 0.1f};
    } else {
        result.samples = {1.0f, 0.5f, 0.2f};
    }
    result.opacity_power = colors.opacity_power;
    result.method = "attention weight";
    result.unit = "share of the query's row, 0 to 1";
    result.width = "width = √weight";
    if (view.quantity == "rollout") {
        result.method = "attention rollout";
        result.unit = "share of the input token, 0 to 1";
        result.width = "width = 2√share";
        result.full_weight *= rollout_full_share;
        result.opacity_power *= rollout_opacity;
        result.samples = {result.full_weight, 0.4f * result.full_weight, 0.2f * result.full_weight};
    } else if (view.quantity == "entropy") {
        result.method = "entropy of attention / ln(keys)";
        result.unit = "bar at the query, 0 to 1; full gap = 1";
        result.width = "lines: √weight, for context";
        result.by_bars = true;
    }
    return result;
}

void add_entropy_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                      const ViewState& view, const ViewMotion& motion) {
    if (!plan.frame || plan.frame->blocks.empty() || plan.lanes == 0) return;
    const AttentionBlock& block = shown_block(plan);
    const FrameTensor* entropy = find_entropy(block);
    if (!entropy) return;
    const auto& colors = *lane_colors(plan, view.theme);
    const Emphasis emphasis = make_emphasis(plan, motion);
    const float width = 0.45f * std::min(layout.token_pitch, 0.5f);
    for (int l = 0; l < layout.layers; ++l) {
        const LayerPlan& layer = plan.layers[static_cast<size_t>(l)];
        const float opacity = glm::mix(0.85f, 0.2f, emphasis.receded(l));
        for (int h = plan.lanes - 1; h >= 0; --h) {
            if (!layer.lane_shown[static_cast<size_t>(h)]) continue;
            const glm::vec4 color = with_alpha(colors[static_cast<size_t>(h)], opacity);
            const float* values =
                entropy->values->data() +
                (static_cast<size_t>(l) * block.heads + static_cast<size_t>(h)) * block.queries;
            for (int i = 0; i < layout.queries; ++i) {
                const float length = full_bar_part * layout.gap_u(l) * values[i];
                if (length <= 0.0f) continue;
                const glm::vec3 end = layout.query_position(l, h, i);
                list.strokes_above.push_back(
                    {end - layout.layer_axis * length, end, color, width, 1.0f, false});
            }
        }
    }
}

}  // namespace weft
