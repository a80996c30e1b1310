#include "scenes/quantity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/error.h"
#include "scenes/collapse.h"
#include "scenes/shown_block.h"

namespace weft {
namespace {

bool is_plain(const std::string& quantity) {
    return quantity == "attention" || quantity == "rollout";
}

size_t tensor_size(const AttentionBlock& block, MethodShape shape) {
    const size_t rows = block.queries, columns = block.keys, heads = size_t{block.layers} * block.heads;
    switch (shape) {
        case MethodShape::head_weights:
            return heads * rows * columns;
        case MethodShape::layer_weights:
            return block.layers * rows * columns;
        case MethodShape::weights:
            return rows * columns;
        case MethodShape::head_rows:
            return heads * rows;
        case MethodShape::heads:
            return heads;
        case MethodShape::tokens:
            return columns;
        case MethodShape::other:
            return 0;
    }
    return 0;
}

std::string tensor_name(const std::string& method) {
    if (method == "entropy") return "entropy.normalised";
    if (method == "ablation") return "ablation.zero";
    return method;
}

bool is_change_of_target(const std::string& method) {
    return method == "ablation" || method == "token_ablation";
}

std::vector<WeightBlock> attention_blocks(const AttentionBlock& block) {
    std::vector<WeightBlock> blocks;
    const size_t size = size_t{block.heads} * block.queries * block.keys;
    for (const auto& weights : block.layer_weights) {
        WEFT_ASSERT(weights && weights->size() == size,
                    "layer " + std::to_string(blocks.size()) + ", expected " + std::to_string(size));
        blocks.push_back({weights, block.heads, block.queries, block.keys});
    }
    WEFT_ASSERT(blocks.size() == block.layers, std::to_string(blocks.size()) + " layers of weights");
    return blocks;
}

// One block for each layer, or one of all; divided by `scale`, what is not computed yet is 0.
std::vector<WeightBlock> tensor_blocks(const FrameTensor& tensor, uint32_t count, uint32_t slices,
                                       const AttentionBlock& block, float scale) {
    std::vector<WeightBlock> blocks;
    const size_t size = size_t{slices} * block.queries * block.keys;
    for (uint32_t b = 0; b < count; ++b) {
        const float* first = tensor.values->data() + b * size;
        auto values = std::make_shared<std::vector<float>>(first, first + size);
        for (float& value : *values) value = std::isfinite(value) ? value / scale : 0.0f;
        blocks.push_back({std::move(values), slices, block.queries, block.keys});
    }
    return blocks;
}

const FrameTensor* drawn_tensor(const AttentionFrame& frame, const ViewState& view,
                                const std::string& method) {
    return frame.blocks.empty() ? nullptr : drawn_tensor(shown_block(frame, view), method);
}

}  // namespace

MethodShape quantity_shape(const std::string& quantity) {
    const MethodRow* row = find_method(quantity);
    return row ? row->shape : MethodShape::head_weights;
}

bool lines_are_context(const std::string& quantity) {
    const MethodShape shape = quantity_shape(quantity);
    return shape == MethodShape::head_rows || shape == MethodShape::heads || shape == MethodShape::tokens;
}

std::string quantity_title(const std::string& quantity) {
    const MethodRow* row = find_method(quantity);
    return row ? row->title : quantity;
}

const FrameTensor* drawn_tensor(const AttentionBlock& block, const std::string& method) {
    const auto it = block.quantities.find(tensor_name(method));
    if (it == block.quantities.end() || !it->second.values) return nullptr;
    const size_t expected = tensor_size(block, quantity_shape(method));
    WEFT_ASSERT(it->second.values->size() == expected, method + " has " +
                                                           std::to_string(it->second.values->size()) +
                                                           " values instead of " + std::to_string(expected));
    return &it->second;
}

std::vector<float> drawn_numbers(const AttentionFrame& frame, const AttentionBlock& block,
                                 const std::string& method) {
    const FrameTensor* tensor = drawn_tensor(block, method);
    if (!tensor) return {};
    std::vector<float> numbers = *tensor->values;
    if (is_change_of_target(method) && frame.target)
        for (float& number : numbers)
            number = static_cast<float>(static_cast<double>(number) - frame.target->value);
    return numbers;
}

float largest_magnitude(std::span<const float> values) {
    float largest = 0.0f;
    for (const float value : values)
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    return largest;
}

bool has_quantity(const AttentionFrame& frame, const ViewState& view) {
    if (frame.blocks.empty()) return false;
    if (view.quantity == "attention") return true;
    if (quantity_shape(view.quantity) == MethodShape::other) return false;
    if (is_change_of_target(view.quantity) && !frame.target) return false;
    return drawn_tensor(frame, view, view.quantity) != nullptr;
}

// Relevance starts from the identity: beside that 1 of each token to itself nothing else would be seen.
FrameTensor without_identity(const FrameTensor& tensor, const AttentionBlock& block) {
    auto values = std::make_shared<std::vector<float>>(*tensor.values);
    for (size_t i = 0; i < block.queries; ++i) (*values)[i * block.keys + i] -= 1.0f;
    return {tensor.shape, std::move(values)};
}

void fill_quantity(TextStackPlan& plan, const TextStackPlan* previous) {
    const AttentionFrame& frame = *plan.frame;
    const AttentionBlock& block = shown_block(plan);
    const std::string& quantity = plan.view.quantity;
    const MethodRow* row = find_method(quantity);
    const MethodShape shape = quantity_shape(quantity);
    plan.lanes = static_cast<int>(block.heads);
    plan.joins_ends = shape == MethodShape::weights;
    if (shape == MethodShape::layer_weights || plan.joins_ends) plan.lanes = 1;
    plan.quantity_missing = !has_quantity(frame, plan.view);
    if (quantity == "attention" || (lines_are_context(quantity) && !plan.quantity_missing)) {
        plan.blocks = attention_blocks(block);
        if (quantity == "attention") return;
        plan.numbers = std::make_shared<const std::vector<float>>(drawn_numbers(frame, block, quantity));
        plan.largest = quantity == "entropy" ? 1.0f : largest_magnitude(*plan.numbers);
        plan.is_signed = row && (row->is_signed || is_change_of_target(quantity));
        return;
    }
    if (plan.quantity_missing) return;
    const FrameTensor& tensor = *drawn_tensor(block, quantity);
    const bool has_identity = quantity == "relevance" && block.kind != AttentionKind::cross;
    const FrameTensor shown = has_identity ? without_identity(tensor, block) : tensor;
    plan.is_signed = row && row->is_signed;
    plan.has_sinks = is_plain(quantity);
    if (!is_plain(quantity)) {
        const float largest = largest_magnitude(*shown.values);
        plan.scale = plan.largest = largest > 0.0f ? largest : 1.0f;
    }
    const bool is_same = previous && previous->frame && !previous->frame->blocks.empty() &&
                         previous->view.quantity == quantity && !previous->blocks.empty() &&
                         drawn_tensor(shown_block(*previous), quantity) != nullptr &&
                         drawn_tensor(shown_block(*previous), quantity)->values == tensor.values;
    if (is_same) {
        plan.blocks = previous->blocks;
        return;
    }
    const uint32_t count = plan.joins_ends ? 1 : block.layers;
    plan.blocks = tensor_blocks(shown, count, static_cast<uint32_t>(plan.lanes), block, plan.scale);
}

bool same_numbers(const AttentionFrame& a, const AttentionFrame& b, const ViewState& view) {
    if (&a == &b) return true;
    if (a.blocks.empty() || b.blocks.empty()) return a.blocks.empty() == b.blocks.empty();
    const auto same = [&](const AttentionBlock& x, const AttentionBlock& y) {
        if (x.kind != y.kind || x.layer_weights != y.layer_weights) return false;
        for (const std::string& method : {view.quantity, view.strip}) {
            const FrameTensor *of_x = drawn_tensor(x, method), *of_y = drawn_tensor(y, method);
            if ((of_x == nullptr) != (of_y == nullptr)) return false;
            if (of_x && of_x->values != of_y->values) return false;
        }
        return true;
    };
    if (shows_two_towers(a, view) != shows_two_towers(b, view)) return false;
    const bool same_blocks = shows_two_towers(a, view) ? std::ranges::equal(a.blocks, b.blocks, same)
                                                       : same(shown_block(a, view), shown_block(b, view));
    const auto notice = [&](const AttentionFrame& frame) {
        return frame.blocks.empty() ? "" : collapse_summary(collapsed_layers(shown_block(frame, view)));
    };
    return same_blocks && explained_text(a) == explained_text(b) && a.deltas == b.deltas &&
           notice(a) == notice(b);
}

}  // namespace weft
