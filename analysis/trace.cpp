#include "analysis/trace.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/attention_extent.h"
#include "analysis/checkpoint/safetensors_write.h"
#include "analysis/error.h"
#include "analysis/frame_tensors.h"
#include "analysis/json_guard.h"
#include "analysis/method/frame_steps.h"
#include "analysis/trace_image.h"
#include "analysis/version.h"

namespace weft {
namespace {

constexpr int64_t max_layers = 1000, max_heads = 1000;
constexpr size_t numbers_at_once = 1 << 18;
constexpr const char* again =
    "Record the trace again: attention after the softmax, and a JSON list of its tokens.";

std::string metadata_value(const SafetensorsContent& content, const char* key) {
    const auto found = content.metadata.find(key);
    return found == content.metadata.end() ? std::string() : found->second;
}

// Strings alone do not say which tokens frame the text; these are the usual ones.
bool looks_special(const std::string& text) {
    static const std::set<std::string> usual{"[CLS]", "[SEP]", "[PAD]",         "[MASK]",           "[UNK]",
                                             "<s>",   "</s>",  "<pad>",         "<mask>",           "<unk>",
                                             "<bos>", "<eos>", "<|endoftext|>", "<|begin_of_text|>"};
    return usual.contains(text);
}

bool looks_like_separator(const std::string& text) {
    static const std::set<std::string> usual{"[SEP]", "</s>",          "<eos>",
                                             "<sep>", "<|endoftext|>", "<|end_of_text|>"};
    return usual.contains(text);
}

TokenStack read_tokens(const SafetensorsContent& content, const char* key, const std::string& source) {
    const std::string what = source + "\", metadata \"" + key;
    if (!content.metadata.contains(key))
        throw Error("\"" + source + "\": metadata \"" + key + "\" is missing");
    const Json list = parse_json(content.metadata.at(key), what);
    if (!list.is_array() || list.empty())
        throw Error("\"" + what + "\" is " + json_excerpt(list) + ", expected a list of strings");
    TokenStack stack;
    for (const Json& item : list) {
        Token token;
        if (item.is_string()) {
            token.text = item.get<std::string>();
            token.special = looks_special(token.text);
        } else {
            token.text = required_string(item, "text", what);
            token.id = static_cast<int32_t>(optional_int(item, "id", -1, -1, INT32_MAX, what));
            token.special = optional_bool(item, "special", false, what);
        }
        token.separator = token.special && looks_like_separator(token.text);
        if (!stack.tokens.empty()) stack.text += ' ';
        token.start = static_cast<uint32_t>(stack.text.size());
        stack.text += token.text;
        token.end = static_cast<uint32_t>(stack.text.size());
        stack.tokens.push_back(std::move(token));
    }
    stack.segments.assign(stack.tokens.size(), 0);
    return stack;
}

// Of two texts: 0 for the tokens of the first, 1 for those of the second.
void read_segments(const SafetensorsContent& content, const std::string& source, TokenStack& stack) {
    const auto found = content.metadata.find("segments");
    if (found == content.metadata.end()) return;
    const std::string what = source + "\", metadata \"segments";
    const Json list = parse_json(found->second, what);
    if (!list.is_array() || list.size() != stack.tokens.size())
        throw Error("\"" + what + "\" is " + json_excerpt(list) + ", expected a list of " +
                    std::to_string(stack.tokens.size()) + " numbers, one for each token");
    for (size_t i = 0; i < stack.tokens.size(); ++i) {
        if (!list[i].is_number_unsigned() || list[i].get<uint64_t>() > 1)
            throw Error("\"" + what + "\" holds " + json_excerpt(list[i]) + ", expected 0 or 1");
        stack.segments[i] = list[i].get<uint8_t>();
    }
}

// Largest |row sum - 1|. Throws where a number cannot be attention. The first of the rows is `first_row`.
double check_rows(const std::vector<float>& weights, size_t first_row, size_t keys, double tolerance,
                  const std::string& what) {
    double largest = 0;
    for (size_t row = 0; row * keys < weights.size(); ++row) {
        double sum = 0;
        for (size_t j = 0; j < keys; ++j) {
            const float weight = weights[row * keys + j];
            if (!(weight >= 0) || !std::isfinite(weight))
                throw Error(what + " holds " + std::to_string(weight) + " at index " +
                            std::to_string((first_row + row) * keys + j) + ", which is no attention weight");
            sum += static_cast<double>(weight);
        }
        largest = std::max(largest, std::abs(sum - 1));
        if (!(std::abs(sum - 1) <= tolerance))
            throw Error(what + ": row " + std::to_string(first_row + row) + " sums to " +
                            std::to_string(sum) + ", expected 1",
                        "Record the attention after the softmax and without padding.");
    }
    return largest;
}

bool is_causal(const AttentionBlock& block) {
    if (block.queries != block.keys || block.keys < 2 || block.kind == AttentionKind::cross) return false;
    for (const auto& layer : block.layer_weights)
        for (size_t row = 0; row < size_t{block.heads} * block.queries; ++row)
            for (size_t j = row % block.queries + 1; j < block.keys; ++j)
                if ((*layer)[row * block.keys + j] != 0) return false;
    return true;
}

// One layer as float32, checked piece by piece: a file that only pretends to be large is refused before its
// size is taken from memory.
std::shared_ptr<const std::vector<float>> read_layer(const SafetensorsTensor& tensor, AttentionBlock& block,
                                                     size_t l, const std::string& source,
                                                     const std::string& what) {
    const double tolerance = tensor.dtype == Dtype::f32 ? 1e-3 : 1e-2;
    const size_t rows = size_t{block.heads} * block.queries, keys = block.keys;
    const size_t row_bytes = tensor.data.size() / (block.layers * rows);
    const size_t rows_at_once = std::max<size_t>(1, numbers_at_once / keys);
    auto weights = std::make_shared<std::vector<float>>();
    try {
        weights->reserve(rows * keys);
    } catch (const std::exception&) {
        throw Error(
            what + " has layers of " + std::to_string(rows * keys) + " numbers, which memory does not hold",
            "Record fewer tokens or heads.");
    }
    for (size_t first = 0; first < rows; first += rows_at_once) {
        const size_t count = std::min(rows_at_once, rows - first);
        SafetensorsTensor part = tensor;
        part.elements = static_cast<int64_t>(count * keys);
        part.data = tensor.data.subspan((l * rows + first) * row_bytes, count * row_bytes);
        const std::vector<float> numbers = to_float32(part, source);
        const double error =
            check_rows(numbers, first, keys, tolerance, what + ", layer " + std::to_string(l));
        block.max_row_sum_error = std::max(block.max_row_sum_error, error);
        weights->insert(weights->end(), numbers.begin(), numbers.end());
    }
    return weights;
}

AttentionBlock read_block(const SafetensorsTensor& tensor, AttentionKind kind,
                          const std::vector<TokenStack>& stacks, const std::string& source) {
    const std::string what = "\"" + source + "\", tensor \"" + tensor.name + "\"";
    if (tensor.dtype != Dtype::f32 && tensor.dtype != Dtype::f16 && tensor.dtype != Dtype::bf16)
        throw Error(what + " is " + std::string(dtype_name(tensor.dtype)) + ", expected F16, BF16 or F32");
    AttentionBlock block;
    block.kind = kind;
    block.query_stack = kind == AttentionKind::decoder || kind == AttentionKind::cross ? 1 : 0;
    block.key_stack = kind == AttentionKind::decoder ? 1 : 0;
    const int64_t queries = static_cast<int64_t>(stacks[block.query_stack].tokens.size());
    const int64_t keys = static_cast<int64_t>(stacks[block.key_stack].tokens.size());
    const std::vector<int64_t>& shape = tensor.shape;
    if (shape.size() != 4 || shape[0] < 1 || shape[0] > max_layers || shape[1] < 1 || shape[1] > max_heads ||
        shape[2] != queries || shape[3] != keys)
        throw Error(what + " has shape " + shape_text(shape) + ", expected [layers, heads, " +
                        std::to_string(queries) + ", " + std::to_string(keys) + "]",
                    "Queries and keys are as many as the metadata has tokens.");
    block.layers = static_cast<uint32_t>(shape[0]);
    block.heads = static_cast<uint32_t>(shape[1]);
    block.queries = static_cast<uint32_t>(queries);
    block.keys = static_cast<uint32_t>(keys);

    check_attention_memory(extent_of(block), what);
    for (size_t l = 0; l < block.layers; ++l)
        block.layer_weights.push_back(read_layer(tensor, block, l, source, what));
    block.causal = is_causal(block);
    return block;
}

const SafetensorsTensor* find_tensor(const SafetensorsContent& content, std::string_view name) {
    for (const SafetensorsTensor& tensor : content.tensors)
        if (tensor.name == name) return &tensor;
    return nullptr;
}

// With what attention alone gives of the methods that are wanted.
FramePtr with_methods(AttentionFrame frame, const AnalysisOptions& options) {
    AnalysisRequest request;
    request.options = options;
    FramePtr last;
    run_steps(frame, request, {}, {}, [&last](FramePtr posted) { last = std::move(posted); });
    return last;
}

FramePtr frame_of(const SafetensorsContent& content, const std::string& source, const std::string& path,
                  const AnalysisOptions& options) {
    if (metadata_value(content, "weft.trace") != "1")
        throw Error("\"" + source + "\" is no attention trace: its metadata \"weft.trace\" is \"" +
                        metadata_value(content, "weft.trace").substr(0, 40) + "\", expected \"1\"",
                    "Write it with the metadata weft.trace = \"1\" and tokens.");
    auto frame = std::make_shared<AttentionFrame>();
    const SafetensorsTensor* self = find_tensor(content, "attention");
    frame->stacks.push_back(read_tokens(content, "tokens", source));
    read_segments(content, source, frame->stacks[0]);
    read_patch_grid(metadata_value(content, "patch_grid"), source, frame->stacks[0]);
    read_trace_image(metadata_value(content, "image"), path, source, frame->stacks[0]);
    if (self != nullptr) {
        for (const char* const other : {"attention.encoder", "attention.decoder", "attention.cross"})
            if (find_tensor(content, other) != nullptr)
                throw Error("\"" + source + "\" holds \"attention\" and \"" + other + "\"",
                            "One stack has the tensor attention alone; two have attention.encoder, "
                            "attention.decoder and attention.cross.");
        frame->blocks.push_back(read_block(*self, AttentionKind::self, frame->stacks, source));
    } else {
        for (const AttentionKind kind :
             {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross}) {
            const std::string name = "attention" + std::string(stack_suffix(kind));
            const SafetensorsTensor* tensor = find_tensor(content, name);
            if (tensor == nullptr)
                throw Error("\"" + source + "\": tensor \"" + name + "\" is missing",
                            "A trace holds attention, or all of attention.encoder, attention.decoder, "
                            "attention.cross.");
            if (frame->stacks.size() < 2)
                frame->stacks.push_back(read_tokens(content, "tokens.target", source));
            frame->blocks.push_back(read_block(*tensor, kind, frame->stacks, source));
        }
    }
    for (const AttentionBlock& block : frame->blocks)
        frame->max_row_sum_error = std::max(frame->max_row_sum_error, block.max_row_sum_error);
    Provenance& from = frame->provenance;
    from.weft_version = version();
    from.model = metadata_value(content, "model");
    from.model_type = metadata_value(content, "model_type");
    from.revision = metadata_value(content, "revision");
    from.dtype =
        std::string(dtype_name((self != nullptr ? self : find_tensor(content, "attention.encoder"))->dtype));
    from.title = metadata_value(content, "title");
    if (from.title.empty()) from.title = std::filesystem::path(source).stem().string();
    from.is_trace = true;
    return with_methods(*frame, options);
}

}  // namespace

FramePtr parse_trace(std::span<const std::byte> file, const std::string& source,
                     const AnalysisOptions& options) {
    return frame_of(parse_safetensors(file, source), source, "", options);
}

FramePtr parse_trace_at(std::span<const std::byte> file, const std::string& path) {
    return with_hint(again, [&] { return frame_of(parse_safetensors(file, path), path, path, {}); });
}

FramePtr read_trace(const std::string& path, const AnalysisOptions& options) {
    const Safetensors file = Safetensors::open(path);
    return with_hint(again, [&] { return frame_of({file.tensors(), file.metadata()}, path, path, options); });
}

void write_trace(const std::string& path, const AttentionFrame& frame) {
    WEFT_ASSERT(!frame.stacks.empty() && !frame.blocks.empty(), path);
    std::map<std::string, std::string> metadata{{"weft.trace", "1"}};
    const char* const keys[] = {"tokens", "tokens.target"};
    for (size_t s = 0; s < std::min<size_t>(frame.stacks.size(), 2); ++s) {
        Json list = Json::array();
        for (const Token& token : frame.stacks[s].tokens) list.push_back(token.text);
        metadata[keys[s]] = list.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    const std::vector<uint8_t>& segments = frame.stacks[0].segments;
    if (std::ranges::any_of(segments, [](uint8_t segment) { return segment != 0; })) {
        Json list = Json::array();
        for (const uint8_t segment : segments) list.push_back(segment != 0 ? 1 : 0);
        metadata["segments"] = list.dump();
    }
    if (const std::optional<PatchGrid>& grid = frame.stacks[0].grid) {
        metadata["patch_grid"] = std::to_string(grid->rows) + "x" + std::to_string(grid->columns);
        if (!frame.stacks[0].image_name.empty()) metadata["image"] = frame.stacks[0].image_name;
    }
    const Provenance& from = frame.provenance;
    for (const auto& [key, value] : {std::pair<const char*, const std::string&>{"title", from.title},
                                     {"model", from.model},
                                     {"model_type", from.model_type},
                                     {"revision", from.revision}})
        if (!value.empty()) metadata[key] = value;
    AttentionFrame attention_only = frame;
    attention_only.hidden_states.clear();
    attention_only.logits.reset();
    write_safetensors(path, frame_tensors(attention_only, {"attention"}), metadata);
}

}  // namespace weft
