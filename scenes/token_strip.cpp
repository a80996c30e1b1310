#include "scenes/token_strip.h"

#include <algorithm>
#include <cmath>

#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/token_text.h"

namespace weft {
namespace {

size_t shown_row(const TextStackPlan& plan, const ViewState& view, const AttentionBlock& block) {
    const auto rows = static_cast<int64_t>(block.queries);
    int64_t row = view.selected.query;
    if (row < 0 && plan.frame->target) row = plan.frame->target->position;
    return row >= 0 && row < rows ? static_cast<size_t>(row) : 0;
}

bool is_strip(const TextStackPlan& plan) {
    return quantity_shape(plan.view.quantity) == MethodShape::tokens && plan.numbers;
}

const std::string& method_of(const TextStackPlan& plan, const ViewState& view) {
    return is_strip(plan) ? plan.view.quantity : view.strip;
}

}  // namespace

bool shows_strip(const TextStackPlan& plan, const ViewState& view) {
    if (!plan.frame || plan.frame->blocks.empty()) return false;
    const std::string& method = method_of(plan, view);
    return !method.empty() && drawn_tensor(shown_block(plan), method);
}

TokenStrip token_strip(const TextStackPlan& plan, const ViewState& view) {
    TokenStrip strip;
    if (!shows_strip(plan, view)) return strip;
    const AttentionBlock& block = shown_block(plan);
    const bool is_quantity = is_strip(plan);
    const std::string& method = method_of(plan, view);
    const MethodRow* row = find_method(method);
    strip.map = view.map;
    strip.is_signed = row && (row->is_signed || method == "token_ablation");
    strip.values = is_quantity ? *plan.numbers : drawn_numbers(*plan.frame, block, method);
    std::string of;
    const MethodShape shape = quantity_shape(method);
    if (shape == MethodShape::weights || shape == MethodShape::layer_weights) {
        const size_t query = shown_row(plan, view, block), size = size_t{block.queries} * block.keys;
        const size_t first = shape == MethodShape::weights ? 0 : (block.layers - 1) * size;
        const auto begin = strip.values.begin() + static_cast<std::ptrdiff_t>(first + query * block.keys);
        strip.values = std::vector<float>(begin, begin + block.keys);
        of = " for “" + token_text(query_tokens(*plan.frame, block)[query]) + "”";
    }
    if (strip.values.size() != block.keys) return {};
    strip.largest = largest_magnitude(strip.values);
    if (is_quantity) return strip;
    strip.note = "words: " + quantity_title(method) + of + " · largest " +
                 (strip.is_signed ? "|value| " : "") + number_text(strip.largest);
    if (method == "token_ablation")
        strip.note = "words: change of y when replaced · largest |change| " + number_text(strip.largest);
    return strip;
}

glm::vec4 strip_color(const TokenStrip& strip, const Theme& theme, size_t token) {
    const float value = strip.values.at(token);
    const float part = std::isfinite(value) && strip.largest > 0.0f ? value / strip.largest : 0.0f;
    return strip.is_signed ? difference_color(theme, part) : weight_color(theme, part, strip.map.get());
}

glm::vec4 ink_on(const glm::vec4& chip, const Theme& theme) {
    return contrast(theme.text, chip) >= contrast(theme.ground, chip) ? theme.text : theme.ground;
}

}  // namespace weft
