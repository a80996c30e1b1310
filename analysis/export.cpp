#include "analysis/export.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/checkpoint/safetensors_write.h"
#include "analysis/error.h"
#include "analysis/file_write.h"
#include "analysis/frame_tensors.h"
#include "analysis/head_table.h"
#include "analysis/version.h"

namespace weft {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr size_t max_json_numbers = 1'000'000;

OrderedJson tokens_json(const TokenStack& stack) {
    OrderedJson list = OrderedJson::array();
    for (const Token& token : stack.tokens)
        list.push_back({{"id", token.id},
                        {"text", token.text},
                        {"start", token.start},
                        {"end", token.end},
                        {"special", token.special}});
    return list;
}

// Those that only some methods read, where one of them is wanted.
void add_method_options(OrderedJson& options, const ExportSettings& settings) {
    const MethodOptions& method = settings.method;
    const auto wants = [&](std::initializer_list<const char*> names) {
        return std::ranges::any_of(names, [&](const char* name) { return settings.methods.contains(name); });
    };
    if (wants({"flow"}) && !method.flow_rows.empty()) options["flow-rows"] = method.flow_rows;
    if (wants({"integrated_gradients", "deletion", "insertion"})) {
        options["ig-rule"] = quadrature_names()[static_cast<size_t>(method.ig_rule)];
        options["ig-steps"] = method.ig_steps;
        if (method.ig_rule == QuadratureRule::adaptive) options["ig-tolerance"] = method.ig_tolerance;
        options["baseline"] = method.baseline;
    }
    if (wants({"attention_integrated_gradients"})) options["attention-ig-steps"] = method.attention_ig_steps;
    options["target"] = target_text(method.target);
    options["target-space"] = method.target_space == TargetSpace::logit ? "logit" : "probability";
}

// {kind, index, value}, and what they mean.
OrderedJson target_json(const std::optional<ExplainedTarget>& target) {
    if (!target) return nullptr;  // nothing that was computed explains a scalar
    OrderedJson json = {{"kind", target->kind}, {"index", target->index}, {"value", target->value}};
    json["position"] = target->position;
    json["text"] = target->text;
    json["space"] = target->is_probability ? "probability" : "logit";
    return json;
}

OrderedJson options_json(const ExportSettings& settings) {
    const RolloutOptions& rollout = settings.method.rollout;
    OrderedJson options = OrderedJson::object();
    options["methods"] = settings.methods;
    options["residual"] = rollout.residual;
    switch (rollout.fuse) {
        case Fuse::mean:
            options["fuse"] = "mean";
            break;
        case Fuse::max:
            options["fuse"] = "max";
            break;
        case Fuse::min:
            options["fuse"] = "min";
            break;
        case Fuse::head:
            options["fuse"] = rollout.head;
            break;
        case Fuse::weights:
            options["fuse"] = rollout.weights;
            break;
    }
    options["discard"] = rollout.discard;
    options["discard-scope"] = rollout.discard_scope == DiscardScope::row ? "row" : "layer";
    options["first-layer"] = rollout.first_layer;
    add_method_options(options, settings);
    for (const auto& [name, value] : settings.options) options[name] = value;
    return options;
}

OrderedJson timings_json(const AttentionFrame& frame, const ExportSettings& settings) {
    OrderedJson timings = OrderedJson::object();
    if (settings.timings_ms.empty())
        for (const auto& [name, ms] : frame.timings_ms) timings[name] = ms;
    for (const auto& [name, ms] : settings.timings_ms) timings[name] = ms;
    return timings;
}

// Every value as JSON; the safetensors metadata spells all but the strings out.
OrderedJson metadata(const AttentionFrame& frame, const ExportSettings& settings) {
    const Provenance& from = frame.provenance;
    OrderedJson root = OrderedJson::object();
    root["weft.version"] = version();
    root["model"] = from.model;
    root["model_type"] = from.model_type;
    root["revision"] = from.revision;
    root["device"] = from.device;
    root["dtype"] = from.dtype;
    root["tokens"] = frame.stacks.empty() ? OrderedJson::array() : tokens_json(frame.stacks[0]);
    if (frame.stacks.size() > 1) root["tokens.target"] = tokens_json(frame.stacks[1]);
    root["target"] = target_json(frame.target);
    root["options"] = options_json(settings);
    if (frame.truncation)
        root["options"]["truncated"] = {{"tokens", frame.truncation->token_count},
                                        {"limit", frame.truncation->token_limit},
                                        {"byte_offset", frame.truncation->byte_offset}};
    if (frame.target_truncation)
        root["options"]["target_truncated"] = {{"tokens", frame.target_truncation->token_count},
                                               {"limit", frame.target_truncation->token_limit},
                                               {"byte_offset", frame.target_truncation->byte_offset}};
    if (!frame.nodes.empty()) root["nodes"] = frame.nodes;
    root["deltas"] = OrderedJson::object();
    for (const auto& [name, values] : frame.deltas) {
        if (values.size() == 1)
            root["deltas"][name] = values.front();
        else
            root["deltas"][name] = values;
    }
    root["max_row_sum_error"] = frame.max_row_sum_error;
    root["timings_ms"] = timings_json(frame, settings);
    return root;
}

std::string dump(const OrderedJson& json) {
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string number(double value) {
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    return {digits, end};
}

// The shortest digits that give the same float32 back; JSON has no NaN.
void append_number(std::string& text, float value) {
    if (std::isnan(value)) {
        text += "null";
        return;
    }
    char digits[32];
    text.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

std::string stack_name(AttentionKind kind) {
    return kind == AttentionKind::self ? "self" : std::string(stack_suffix(kind).substr(1));
}

void write_as_safetensors(const std::string& path, const AttentionFrame& frame,
                          const ExportSettings& settings, const std::vector<Float32Tensor>& tensors) {
    std::map<std::string, std::string> strings;
    const OrderedJson values = metadata(frame, settings);
    for (const auto& [key, value] : values.items())
        strings[key] = value.is_string() ? value.get<std::string>() : dump(value);
    write_safetensors(path, tensors, strings);
}

OrderedJson heads_json(const AttentionFrame& frame) {
    OrderedJson heads = OrderedJson::array();
    for (const AttentionBlock& block : frame.blocks)
        for (const HeadRow& row : head_table(block))
            heads.push_back({{"stack", stack_name(block.kind)},
                             {"layer", row.layer},
                             {"head", row.head},
                             {"entropy", row.entropy},
                             {"entropy_normalised", row.entropy_normalised},
                             {"max_weight", row.max_weight},
                             {"mean_max_weight", row.mean_max_weight},
                             {"self", row.self},
                             {"first", row.first},
                             {"max_row_sum_error", row.max_row_sum_error}});
    return heads;
}

void write_as_json(const std::string& path, const AttentionFrame& frame, const ExportSettings& settings,
                   const std::vector<Float32Tensor>& tensors) {
    OrderedJson root = metadata(frame, settings);
    root["heads"] = heads_json(frame);
    OrderedJson left_out = OrderedJson::object();
    std::string values;  // by hand: the library would spell every float as a double
    for (const Float32Tensor& tensor : tensors) {
        size_t count = 0;
        for (const std::span<const float> part : tensor.parts) count += part.size();
        if (count > max_json_numbers) {
            left_out[tensor.name] = tensor.shape;
            continue;
        }
        values += values.empty() ? "\n " : ",\n ";
        values += dump(tensor.name) + ":{\"shape\":" + dump(tensor.shape) + ",\"values\":[";
        bool first = true;
        for (const std::span<const float> part : tensor.parts)
            for (const float value : part) {
                if (!first) values += ',';
                first = false;
                append_number(values, value);
            }
        values += "]}";
    }
    root["tensors_left_out"] = left_out;
    std::string text = dump(root);
    text.pop_back();  // the closing brace: the tensors are still to come
    write_file(path, text + ",\"tensors\":{" + values + "}}\n");
}

void write_as_csv(const std::string& path, const AttentionFrame& frame) {
    std::string text =
        "stack,layer,head,entropy,entropy_normalised,max_weight,mean_max_weight,self,first,max_row_sum_"
        "error\n";
    for (const AttentionBlock& block : frame.blocks)
        for (const HeadRow& row : head_table(block)) {
            text += stack_name(block.kind) + "," + std::to_string(row.layer) + "," + std::to_string(row.head);
            for (const double value : {row.entropy, row.entropy_normalised, row.max_weight,
                                       row.mean_max_weight, row.self, row.first, row.max_row_sum_error})
                text += "," + number(value);
            text += "\n";
        }
    write_file(path, text);
}

}  // namespace

void export_frame(const std::string& path, const AttentionFrame& frame, const ExportSettings& settings) {
    const bool is_safetensors = path.ends_with(".safetensors"), is_json = path.ends_with(".json");
    if (!is_safetensors && !is_json && !path.ends_with(".csv"))
        throw UsageError("\"" + path + "\" does not say how to write it",
                         "Let the name end in .safetensors, .json or .csv.");
    const std::vector<Float32Tensor> tensors =
        frame_tensors(frame, settings.methods, settings.method.flow_rows);
    if (is_safetensors)
        write_as_safetensors(path, frame, settings, tensors);
    else if (is_json)
        write_as_json(path, frame, settings, tensors);
    else
        write_as_csv(path, frame);
}

}  // namespace weft
