#include "analysis/method/result_store.h"

#include <algorithm>
#include <cstring>

#include "analysis/method/method_table.h"

namespace weft {

namespace {

bool is_of(const std::string& tensor, const std::string& method) {
    return tensor.starts_with(method) && (tensor.size() == method.size() || tensor[method.size()] == '.');
}

bool is_one_of(const std::string& name, std::initializer_list<const char*> names) {
    return std::ranges::find(names, name) != names.end();
}

// Lengths in front, so that no two inputs run into the same bytes.
void add(std::string& key, const std::string& text) {
    const uint64_t size = text.size();
    key.append(reinterpret_cast<const char*>(&size), sizeof size);
    key += text;
}

template <class Number>
void add_number(std::string& key, Number number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// FNV-1a over words of 8 bytes.
uint64_t hash_of(const std::vector<uint8_t>& bytes) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t at = 0; at < bytes.size(); at += 8) {
        uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, std::min<size_t>(8, bytes.size() - at));
        hash = (hash ^ word) * 0x100000001b3u;
    }
    return hash;
}

void add_stack(std::string& key, const TokenStack& stack) {
    add_number(key, uint64_t{stack.tokens.size()});
    for (const Token& token : stack.tokens) {
        add_number(key, token.id);
        add_number(key, token.special);
        if (token.id < 0) add(key, token.text);  // a patch, or a trace's token
    }
    add(key, std::string(stack.segments.begin(), stack.segments.end()));
    if (!stack.grid) return;
    add_number(key, stack.grid->rows);
    add_number(key, stack.grid->columns);
    add_number(key, stack.grid->image_width);
    add_number(key, stack.grid->image_height);
    if (stack.grid->image_rgba) add_number(key, hash_of(*stack.grid->image_rgba));
}

}  // namespace

MethodOptions options_read(const std::string& method, MethodOptions options) {
    const MethodOptions none;
    if (!is_one_of(method, {"rollout", "flow"})) options.rollout = none.rollout;
    if (method != "flow") options.flow_rows = none.flow_rows;
    options.flow_first_row = none.flow_first_row;  // an order, no number
    const MethodRow* row = find_method(method);
    const bool has_target = row == nullptr || row->needs == MethodNeeds::gradients ||
                            is_one_of(method, {"ablation", "token_ablation", "deletion", "insertion"});
    if (!has_target) {
        options.target = none.target;
        options.target_space = none.target_space;
    }
    // The curves' order is that of integrated gradients.
    if (!is_one_of(method, {"integrated_gradients", "deletion", "insertion"})) {
        options.ig_rule = none.ig_rule;
        options.ig_steps = none.ig_steps;
        options.ig_tolerance = none.ig_tolerance;
        options.baseline = none.baseline;
    }
    if (options.ig_rule != QuadratureRule::adaptive) options.ig_tolerance = none.ig_tolerance;
    if (method != "attention_integrated_gradients") options.attention_ig_steps = none.attention_ig_steps;
    if (method != "query_key") options.query_key_head = none.query_key_head;
    return options;
}

std::string input_key(const AttentionFrame& frame, const std::vector<HeadAblation>& ablations) {
    std::string key;
    const Provenance& from = frame.provenance;
    for (const std::string* part : {&from.model, &from.model_type, &from.revision, &from.device, &from.dtype})
        add(key, *part);
    for (const TokenStack& stack : frame.stacks) add_stack(key, stack);
    for (const HeadAblation& ablation : ablations) {
        add_number(key, ablation.kind);
        add_number(key, ablation.layer);
        add_number(key, ablation.head);
        add_number(key, ablation.to_mean);
    }
    return key;
}

ResultStore::Results::iterator ResultStore::find(const std::string& input, const std::string& method,
                                                 const MethodOptions& read) {
    return std::ranges::find_if(kept_, [&](const Result& result) {
        return result.method == method && result.input == input && result.options == read;
    });
}

void ResultStore::drop(Results::iterator result) {
    size_bytes_ -= result->size_bytes;
    kept_.erase(result);
}

void ResultStore::clear() {
    kept_.clear();
    size_bytes_ = 0;
}

bool ResultStore::take(const std::string& input, const std::string& method, const MethodOptions& options,
                       AttentionFrame& frame) {
    const auto found = find(input, method, options_read(method, options));
    if (found == kept_.end() || found->quantities.size() != frame.blocks.size()) return false;
    kept_.splice(kept_.begin(), kept_, found);
    for (size_t b = 0; b < frame.blocks.size(); ++b)
        for (const auto& [name, tensor] : found->quantities[b]) frame.blocks[b].quantities[name] = tensor;
    for (const auto& [name, values] : found->deltas) frame.deltas[name] = values;
    for (const auto& [name, count] : found->nodes) frame.nodes[name] = count;
    if (found->target) frame.target = found->target;
    return true;
}

void ResultStore::keep(const std::string& input, const std::string& method, const MethodOptions& options,
                       const AttentionFrame& frame) {
    Result result{input, method, options_read(method, options), {}, {}, {}, std::nullopt, 0};
    result.size_bytes = sizeof(Result) + input.size();
    size_t tensors = 0;
    for (const AttentionBlock& block : frame.blocks) {
        auto& of_block = result.quantities.emplace_back();
        for (const auto& [name, tensor] : block.quantities) {
            if (!is_of(name, method) || !tensor.values) continue;
            of_block[name] = tensor;
            result.size_bytes += tensor.values->size() * sizeof(float);
            ++tensors;
        }
    }
    if (tensors == 0) return;
    for (const auto& [name, values] : frame.deltas)
        if (is_of(name, method)) result.deltas[name] = values;
    for (const auto& [name, count] : frame.nodes)
        if (is_of(name, method)) result.nodes[name] = count;
    const MethodRow* row = find_method(method);
    if (row == nullptr || row->needs != MethodNeeds::attention) result.target = frame.target;
    if (const auto earlier = find(input, method, result.options); earlier != kept_.end()) drop(earlier);
    size_bytes_ += result.size_bytes;
    kept_.push_front(std::move(result));
    while (size_bytes_ > most_bytes_) drop(std::prev(kept_.end()));
}

}  // namespace weft
