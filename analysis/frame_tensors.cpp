#include "analysis/frame_tensors.h"

#include <algorithm>
#include <cmath>

#include "analysis/error.h"

namespace weft {
namespace {

void check_finite(const Float32Tensor& tensor) {
    size_t before = 0;
    for (const std::span<const float> part : tensor.parts) {
        const auto bad = std::find_if(part.begin(), part.end(), [](float v) { return !std::isfinite(v); });
        if (bad != part.end())
            throw Error("tensor \"" + tensor.name + "\" holds " + std::to_string(*bad) + " at index " +
                            std::to_string(before + static_cast<size_t>(bad - part.begin())),
                        "The weights or the input give numbers that are not finite; nothing was written.");
        before += part.size();
    }
}

// Of a flow [N, N] the rows that were computed, one after the other.
Float32Tensor computed_rows(const Float32Tensor& flow, const FlowRows& rows) {
    if (rows.empty()) return flow;
    Float32Tensor computed{flow.name, {}, {}};
    const size_t size = static_cast<size_t>(flow.shape.back());
    for (const int64_t row : rows)  // one stack may have fewer than the other
        if (row < flow.shape.front())
            computed.parts.push_back(flow.parts.front().subspan(static_cast<size_t>(row) * size, size));
    return computed;
}

std::string method_of(const std::string& name) {
    return name.substr(0, name.find('.'));
}

}  // namespace

std::string_view stack_suffix(AttentionKind kind) {
    switch (kind) {
        case AttentionKind::self:
            return "";
        case AttentionKind::encoder:
            return ".encoder";
        case AttentionKind::decoder:
            return ".decoder";
        case AttentionKind::cross:
            return ".cross";
    }
    return "";
}

std::vector<Float32Tensor> frame_tensors(const AttentionFrame& frame, const std::set<std::string>& methods,
                                         const FlowRows& flow_rows) {
    std::vector<Float32Tensor> tensors;
    std::set<std::string> missing = methods;
    missing.erase("attention");
    missing.erase("hidden_states");
    if (frame.logits) missing.erase("logits");
    if (frame.pixel_values) missing.erase("pixel_values");
    for (const AttentionBlock& block : frame.blocks) {
        Float32Tensor attention{"attention" + std::string(stack_suffix(block.kind)),
                                {block.layers, block.heads, block.queries, block.keys},
                                {}};
        for (const auto& layer : block.layer_weights) attention.parts.emplace_back(*layer);
        tensors.push_back(std::move(attention));
    }
    for (const AttentionBlock& block : frame.blocks)
        for (const auto& [name, tensor] : block.quantities) {
            if (!methods.contains(method_of(name))) continue;
            missing.erase(method_of(name));
            tensors.push_back({name + std::string(stack_suffix(block.kind)), tensor.shape, {*tensor.values}});
        }
    if (!missing.empty()) throw Error("the analysis holds no \"" + *missing.begin() + "\"");
    for (size_t stack = 0; stack < frame.hidden_states.size(); ++stack) {
        const char* suffix = frame.hidden_states.size() == 1 ? "" : stack == 0 ? ".encoder" : ".decoder";
        const FrameTensor& states = frame.hidden_states[stack];
        tensors.push_back({std::string("hidden_states") + suffix, states.shape, {*states.values}});
    }
    if (frame.logits) tensors.push_back({"logits", frame.logits->shape, {*frame.logits->values}});
    if (frame.pixel_values)
        tensors.push_back({"pixel_values", frame.pixel_values->shape, {*frame.pixel_values->values}});
    for (const Float32Tensor& tensor : tensors)
        check_finite(method_of(tensor.name) == "flow" ? computed_rows(tensor, flow_rows) : tensor);
    return tensors;
}

}  // namespace weft
