#include "app/text_statistics.h"

#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "analysis/frame_tensors.h"
#include "analysis/version.h"

namespace weft {

namespace {

std::string stack_name(AttentionKind kind) {
    return kind == AttentionKind::self ? "self" : std::string(stack_suffix(kind).substr(1));
}

// Numbers a head of a quantity, and the rows that the mean is taken over; 0: it is none of heads.
struct HeadShape {
    size_t width = 0, rows = 1;
};

HeadShape head_shape(const std::string& name, const FrameTensor& tensor, const AttentionBlock& block) {
    const std::vector<int64_t>& shape = tensor.shape;
    if (shape.size() < 2 || shape[0] != block.layers || shape[1] != block.heads) return {};
    if (shape.size() == 2) return {1, 1};
    if (shape.size() != 3) return {};
    if (name.starts_with("patterns")) return {static_cast<size_t>(shape[2]), 1};
    return shape[2] == block.queries ? HeadShape{1, static_cast<size_t>(shape[2])} : HeadShape{};
}

}  // namespace

TextStatistics::TextStatistics(std::set<std::string> methods, std::string options)
    : methods_(std::move(methods)), options_(std::move(options)) {
    methods_.erase("attention");
}

void TextStatistics::begin(const AttentionFrame& frame) {
    const Provenance& from = frame.provenance;
    provenance_ = {{"weft.version", version()}, {"model", from.model},   {"model_type", from.model_type},
                   {"revision", from.revision}, {"device", from.device}, {"dtype", from.dtype}};
    std::set<std::string> missing = methods_;
    for (const AttentionBlock& block : frame.blocks) {
        Stack& stack = stacks_.emplace_back();
        stack.name = stack_name(block.kind);
        stack.layers = block.layers;
        stack.heads = block.heads;
        for (const auto& [name, tensor] : block.quantities) {
            const std::string method = name.substr(0, name.find('.'));
            const HeadShape shape = head_shape(name, tensor, block);
            if (!methods_.contains(method) || shape.width == 0) continue;
            missing.erase(method);
            const size_t numbers = stack.layers * stack.heads * shape.width;
            stack.columns.push_back(
                {name, shape.width, std::vector<ExactSum>(numbers), std::vector<ExactSum>(numbers)});
        }
    }
    if (!missing.empty())
        throw Error("the analysis holds no \"" + *missing.begin() + "\" of heads",
                    "Leave it out of --methods, or use another model.");
}

void TextStatistics::add(const AttentionFrame& frame) {
    if (count_ == 0) begin(frame);
    if (frame.blocks.size() != stacks_.size())
        throw Error("a text has " + std::to_string(frame.blocks.size()) + " attentions, those before had " +
                    std::to_string(stacks_.size()));
    // All numbers first: a line counts whole or not at all.
    std::vector<float> values;
    for (size_t s = 0; s < stacks_.size(); ++s)
        for (const Column& column : stacks_[s].columns) {
            const AttentionBlock& block = frame.blocks[s];
            const auto found = block.quantities.find(column.name);
            if (found == block.quantities.end()) throw Error("the analysis holds no \"" + column.name + "\"");
            const HeadShape shape = head_shape(column.name, found->second, block);
            WEFT_ASSERT(shape.width == column.width && block.layers == stacks_[s].layers, column.name);
            for (size_t index = 0; index < column.sums.size(); ++index) {
                double sum = 0;
                for (size_t row = 0; row < shape.rows; ++row)
                    sum += static_cast<double>((*found->second.values)[index * shape.rows + row]);
                values.push_back(static_cast<float>(sum / static_cast<double>(shape.rows)));
                if (!std::isfinite(values.back()))
                    throw Error("\"" + column.name + "\" holds " + std::to_string(values.back()));
            }
        }
    size_t next = 0;
    for (Stack& stack : stacks_)
        for (Column& column : stack.columns)
            for (size_t index = 0; index < column.sums.size(); ++index) {
                const double value = static_cast<double>(values[next++]);
                column.sums[index].add(value);
                column.squares[index].add(value * value);
            }
    ++count_;
}

void TextStatistics::add_broken(uint64_t line, const std::string& reason) {
    ++broken_count_;
    if (broken_.size() < most_broken) broken_.push_back({line, reason});
}

void TextStatistics::finish(const TextFileIdentity& file, const Shard& shard) {
    file_ = file;
    shard_ = shard;
}

TextStatistics::Moments TextStatistics::moments(const Column& column, size_t index) const {
    const long double lines = static_cast<long double>(count_);
    const long double mean = column.sums[index].value() / lines;
    const long double variance = column.squares[index].value() / lines - mean * mean;
    return {static_cast<double>(mean), static_cast<double>(std::sqrt(std::max(variance, 0.0L)))};
}

}  // namespace weft
