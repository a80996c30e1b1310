#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scenes/flow_lines.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/token_text.h"

namespace weft {
namespace {

// What the numbers of a method are.
std::string unit_of(const TextStackPlan& plan) {
    const std::string& quantity = plan.view.quantity;
    const bool is_image = shown_block(plan).kind != AttentionKind::cross &&
                          plan.frame->stacks.at(shown_block(plan).key_stack).grid.has_value();
    if (quantity == "attention_distance") return is_image ? "pixels" : "tokens";
    if (quantity == "flow") return "share of capacity 1";
    if (quantity == "relevance")
        return shown_block(plan).kind == AttentionKind::cross ? "" : "R − I: each token's own 1 taken off";
    if (quantity == "contribution") return "length of what is moved";
    if (quantity == "gradient_flow") return "A · |dy/dV|";
    if (quantity == "difference") return "share of the query's row";
    const MethodRow* row = find_method(quantity);
    return row && (row->needs == MethodNeeds::gradients || row->shape == MethodShape::heads ||
                   row->shape == MethodShape::tokens)
               ? "in units of y"
               : "";
}

std::string change_of(const std::string& quantity) {
    if (quantity == "ablation") return "change of y when the head is set to 0";
    if (quantity == "token_ablation") return "change of y when the token is replaced";
    return "";
}

// "delta -0.0021", of layers the largest.
std::string delta_text(const TextStackPlan& plan) {
    const AttentionKind kind = shown_block(plan).kind;
    const std::string suffix = kind == AttentionKind::self ? "" : "." + attention_name(kind);
    const auto found = plan.frame->deltas.find(plan.view.quantity + suffix);
    if (found == plan.frame->deltas.end() || found->second.empty()) return "";
    double largest = 0.0;
    for (const double delta : found->second)
        if (std::abs(delta) > std::abs(largest)) largest = delta;
    return (found->second.size() > 1 ? "largest delta " : "delta ") +
           number_text(static_cast<float>(largest));
}

// Rows of a map that is still being filled.
std::string rows_text(const TextStackPlan& plan) {
    if (!plan.joins_ends) return "";
    const AttentionBlock& block = shown_block(plan);
    const FrameTensor* tensor = drawn_tensor(block, plan.view.quantity);
    if (!tensor) return "";
    uint32_t there = 0;
    for (uint32_t i = 0; i < block.queries; ++i)
        there += std::isfinite((*tensor->values)[size_t{i} * block.keys]);
    if (there == block.queries) return "";
    return std::to_string(there) + " of " + std::to_string(block.queries) + " queries so far";
}

std::string joined(std::initializer_list<std::string> parts) {
    std::string text;
    for (const std::string& part : parts)
        if (!part.empty()) text += (text.empty() ? "" : " · ") + part;
    return text;
}

void fill_relative(const ViewState& view, const TextStackPlan& plan, QuantityLegend& result) {
    const MethodShape shape = quantity_shape(view.quantity);
    result.method = quantity_title(view.quantity);
    const std::string largest =
        "largest " + std::string(plan.is_signed ? "|value| " : "") + number_text(plan.largest);
    const std::string missing = rows_text(plan);
    switch (shape) {
        case MethodShape::head_rows:
            result.method += ": bar at the query";
            result.unit = joined({largest + " " + unit_of(plan), "full gap"});
            result.width = "lines: √weight, for context";
            break;
        case MethodShape::heads:
            if (const std::string change = change_of(view.quantity); !change.empty()) result.method = change;
            result.unit =
                joined({plan.is_signed ? "bars: heads from left to right" : "bar of each head at the foot",
                        largest + " " + unit_of(plan)});
            result.width = "lines: √weight, for context";
            break;
        case MethodShape::tokens:
            if (const std::string change = change_of(view.quantity); !change.empty()) result.method = change;
            result.unit = joined({largest + " " + unit_of(plan), delta_text(plan)});
            result.width = plan.is_signed ? "words: orange +, blue −; zero is the ground"
                                          : "words: the brighter the more; zero is the ground";
            break;
        default:
            if (plan.joins_ends) result.method += ": input → last layer";
            result.unit = joined({largest, unit_of(plan), delta_text(plan)});
            result.width = joined({view.quantity == "flow" ? "opacity = (value / largest)⁵"
                                   : plan.is_signed        ? "width = √(|value| / largest), dashed: below 0"
                                                           : "width = √(value / largest)",
                                   missing});
    }
}

}  // namespace

std::string number_text(float number) {
    char text[24];
    const float size = std::abs(number);
    if (size == 0.0f) return "0";
    const char* format = size >= 1000.0f || size < 0.001f ? "%.2e" : size >= 100.0f ? "%.0f" : "%.3g";
    std::snprintf(text, sizeof text, format, static_cast<double>(size));
    return (number < 0.0f ? "−" : "") + std::string(text);
}

std::string weight_text(const TextStackPlan& plan, float weight, int decimals) {
    if (std::isnan(weight)) return "?";
    if (plan.scale != 1.0f || plan.joins_ends) return number_text(weight * plan.scale);
    char text[24];
    std::snprintf(text, sizeof text, "%.*f", decimals, static_cast<double>(weight));
    return text;
}

std::string explained_text(const AttentionFrame& frame) {
    if (!frame.target) return "";
    const ExplainedTarget& target = *frame.target;
    const std::string quoted = "“" + token_text(Token{-1, target.text, 0, 0, false, false}) + "”";
    const std::string at = target.position >= 0 ? " at " + std::to_string(target.position) : "";
    std::string what;
    if (target.kind == "token")
        what = (target.is_probability ? "probability of " : "logit of ") + quoted + at;
    else if (target.kind == "class")
        what = (target.is_probability ? "probability of class " : "logit of class ") + quoted;
    else if (target.kind == "position_norm")
        what = "norm of the last hidden state" + at;
    else if (target.kind == "similarity")
        what = "cosine similarity with " + quoted;
    else
        what = "norm of the mean-pooled last hidden state";
    return "y = " + what + ": " + number_text(static_cast<float>(target.value));
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
    result.scale = plan.scale;
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
    } else if (view.quantity != "attention" && !empty) {
        result.by_bars = lines_are_context(view.quantity);
        result.is_signed = plan.is_signed;
        if (plan.is_signed) result.samples = {1.0f, 0.3f, -1.0f};
        fill_relative(view, plan, result);
        if (view.quantity == "flow") {
            result.samples = {1.0f, 0.9f, 0.75f};
            result.opacity_power = flow_opacity_power;
            result.full_weight /= flow_width * flow_width;
        }
    }
    return result;
}

}  // namespace weft
