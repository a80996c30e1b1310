#include "app/text_statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/checkpoint/safetensors_write.h"
#include "analysis/error.h"
#include "analysis/file_write.h"
#include "analysis/frame_tensors.h"
#include "analysis/json_guard.h"
#include "analysis/method/patterns.h"
#include "analysis/version.h"

namespace weft {

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr size_t most_broken = 10;  // that are named
constexpr int64_t most = int64_t{1} << 53;

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

std::string column_title(const std::string& name, size_t width, size_t index) {
    return width == 1 ? name : name + "." + std::string(pattern_name(static_cast<Pattern>(index)));
}

std::string number(double value) {
    char digits[32];
    return {digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr};
}

std::string dump(const OrderedJson& json) {
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

OrderedJson broken_json(uint64_t count, const std::vector<BrokenLine>& broken) {
    OrderedJson first = OrderedJson::array();
    for (const BrokenLine& line : broken) first.push_back({{"line", line.number}, {"reason", line.reason}});
    return {{"count", count}, {"first", first}};
}

OrderedJson file_json(const TextFileIdentity& file) {
    return {{"name", file.name},
            {"bytes", file.bytes},
            {"lines", file.lines},
            {"hash", std::to_string(file.hash)}};
}

uint64_t required_count(const Json& object, const char* key, const std::string& source) {
    return static_cast<uint64_t>(required_int(object, key, 0, most, source));
}

const Json& required_member(const Json& object, const char* key, const std::string& source) {
    const Json* member = find_member(object, key);
    if (member == nullptr) throw Error("\"" + source + "\": \"" + key + "\" is missing");
    return *member;
}

std::vector<ExactSum> read_sums(const Json& list, size_t count, const std::string& source) {
    if (!list.is_array() || list.size() != count)
        throw Error("\"" + source + "\": " + std::to_string(list.size()) + " sums, expected " +
                    std::to_string(count));
    std::vector<ExactSum> sums;
    for (const Json& item : list) {
        if (!item.is_string()) throw Error("\"" + source + "\": " + json_excerpt(item) + " is no exact sum");
        sums.push_back(ExactSum::parse(item.get_ref<const std::string&>()));
    }
    return sums;
}

void require_same(const std::string& what, const std::string& a, const std::string& b,
                  const std::string& source, const std::string& other) {
    if (a == b) return;
    throw Error(
        "'" + source + "' and '" + other + "' are not parts of one run: " + what + " is " + a + " and " + b,
        "Parts join that were made with the same model, options, file and number of parts.");
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

std::string TextStatistics::part_text() const {
    OrderedJson root = {{"weft.part", "1"}};
    root["shard"] = {{"index", shard_.index % shard_.count}, {"count", shard_.count}};
    root["provenance"] = provenance_;
    root["options"] = OrderedJson::parse(options_);
    root["methods"] = methods_;
    root["file"] = file_json(file_);
    root["count"] = count_;
    root["broken"] = broken_json(broken_count_, broken_);
    root["stacks"] = OrderedJson::array();
    for (const Stack& stack : stacks_) {
        OrderedJson columns = OrderedJson::array();
        for (const Column& column : stack.columns) {
            OrderedJson sums = OrderedJson::array(), squares = OrderedJson::array();
            for (const ExactSum& sum : column.sums) sums.push_back(sum.text());
            for (const ExactSum& sum : column.squares) squares.push_back(sum.text());
            columns.push_back(
                {{"name", column.name}, {"width", column.width}, {"sums", sums}, {"squares", squares}});
        }
        root["stacks"].push_back(
            {{"name", stack.name}, {"layers", stack.layers}, {"heads", stack.heads}, {"columns", columns}});
    }
    return dump(root) + "\n";
}

TextStatistics TextStatistics::parse_part(const std::string& text, const std::string& source) {
    const Json root = parse_json(text, source);
    if (!root.is_object() || optional_string(root, "weft.part", "", source) != "1")
        throw Error("'" + source + "' is no part of a run",
                    "Parts are what 'weft analyze --text-file FILE --shard I/N --output PART.json' writes.");
    TextStatistics part;
    const Json& shard = required_member(root, "shard", source);
    part.shard_ = {required_count(shard, "index", source), required_count(shard, "count", source)};
    if (part.shard_.count == 0 || part.shard_.index >= part.shard_.count)
        throw Error("'" + source + "' is part " + std::to_string(part.shard_.index) + " of " +
                    std::to_string(part.shard_.count));
    const Json& provenance = required_member(root, "provenance", source);
    for (const auto& [key, value] : provenance.items())
        part.provenance_[key] = required_string(provenance, key.c_str(), source);
    // In the order in which it was written: the text is compared and written again.
    part.options_ = dump(OrderedJson::parse(text)["options"]);
    for (const Json& method : required_member(root, "methods", source))
        part.methods_.insert(method.is_string() ? method.get<std::string>() : json_excerpt(method));
    const Json& file = required_member(root, "file", source);
    const std::string hash = required_string(file, "hash", source);
    part.file_ = {required_string(file, "name", source), required_count(file, "bytes", source),
                  required_count(file, "lines", source), 0};
    std::from_chars(hash.data(), hash.data() + hash.size(), part.file_.hash);
    part.count_ = required_count(root, "count", source);
    const Json& broken = required_member(root, "broken", source);
    part.broken_count_ = required_count(broken, "count", source);
    for (const Json& line : required_member(broken, "first", source))
        part.broken_.push_back(
            {required_count(line, "line", source), required_string(line, "reason", source)});
    for (const Json& item : required_member(root, "stacks", source)) {
        Stack& stack = part.stacks_.emplace_back();
        stack.name = required_string(item, "name", source);
        stack.layers = static_cast<size_t>(required_int(item, "layers", 1, 1000, source));
        stack.heads = static_cast<size_t>(required_int(item, "heads", 1, 1000, source));
        for (const Json& given : required_member(item, "columns", source)) {
            Column& column = stack.columns.emplace_back();
            column.name = required_string(given, "name", source);
            column.width = static_cast<size_t>(required_int(given, "width", 1, pattern_count, source));
            const size_t numbers = stack.layers * stack.heads * column.width;
            column.sums = read_sums(required_member(given, "sums", source), numbers, source);
            column.squares = read_sums(required_member(given, "squares", source), numbers, source);
        }
    }
    return part;
}

void TextStatistics::join(const TextStatistics& other, const std::string& source,
                          const std::string& other_source) {
    const auto same = [&](const std::string& what, const std::string& a, const std::string& b) {
        require_same(what, a, b, source, other_source);
    };
    same("the number of parts", std::to_string(shard_.count), std::to_string(other.shard_.count));
    same("the file", dump(file_json(file_)), dump(file_json(other.file_)));
    same("options", options_, other.options_);
    broken_count_ += other.broken_count_;
    broken_.insert(broken_.end(), other.broken_.begin(), other.broken_.end());
    std::ranges::sort(broken_, {}, &BrokenLine::number);
    broken_.resize(std::min(broken_.size(), most_broken));
    if (other.count_ == 0) return;
    if (count_ == 0) {
        provenance_ = other.provenance_;
        stacks_ = other.stacks_;
        count_ = other.count_;
        return;
    }
    for (const auto& [key, value] : provenance_) {
        const auto found = other.provenance_.find(key);
        same(key, "'" + value + "'", "'" + (found == other.provenance_.end() ? "" : found->second) + "'");
    }
    const auto shape = [](const std::vector<Stack>& stacks) {
        std::string text;
        for (const Stack& stack : stacks) {
            text += stack.name + " " + std::to_string(stack.layers) + "x" + std::to_string(stack.heads);
            for (const Column& column : stack.columns)
                text += " " + column.name + ":" + std::to_string(column.width);
        }
        return text;
    };
    same("what it holds", shape(stacks_), shape(other.stacks_));
    for (size_t s = 0; s < stacks_.size(); ++s)
        for (size_t c = 0; c < stacks_[s].columns.size(); ++c) {
            Column& column = stacks_[s].columns[c];
            for (size_t index = 0; index < column.sums.size(); ++index) {
                column.sums[index].add(other.stacks_[s].columns[c].sums[index]);
                column.squares[index].add(other.stacks_[s].columns[c].squares[index]);
            }
        }
    count_ += other.count_;
}

TextStatistics TextStatistics::merge(const std::vector<TextStatistics>& parts,
                                     const std::vector<std::string>& sources) {
    WEFT_ASSERT(!parts.empty() && parts.size() == sources.size(), std::to_string(parts.size()));
    TextStatistics all = parts.front();
    for (size_t k = 1; k < parts.size(); ++k) all.join(parts[k], sources.front(), sources[k]);
    std::map<uint64_t, std::string> there;
    for (size_t k = 0; k < parts.size(); ++k) {
        const uint64_t index = parts[k].shard_.index;
        if (const auto [first, is_new] = there.emplace(index, sources[k]); !is_new)
            throw Error("'" + first->second + "' and '" + sources[k] + "' are both part " +
                            std::to_string(index) + " of " + std::to_string(all.shard_.count),
                        "Give every part once.");
    }
    std::string missing;
    for (uint64_t index = 0; index < all.shard_.count && missing.size() < 80; ++index)
        if (!there.contains(index)) missing += (missing.empty() ? "" : ", ") + std::to_string(index);
    if (!missing.empty())
        throw Error("of " + std::to_string(all.shard_.count) + " parts these are missing: " + missing,
                    "Part 0 of N is what --shard 0/N and --shard N/N write.");
    all.shard_ = {};
    return all;
}

TextStatistics::Moments TextStatistics::moments(const Column& column, size_t index) const {
    const long double lines = static_cast<long double>(count_);
    const long double mean = column.sums[index].value() / lines;
    const long double variance = column.squares[index].value() / lines - mean * mean;
    return {static_cast<double>(mean), static_cast<double>(std::sqrt(std::max(variance, 0.0L)))};
}

// Every value as text, compound ones as JSON.
std::map<std::string, std::string> TextStatistics::metadata() const {
    std::map<std::string, std::string> values = provenance_;
    values["options"] = options_;
    values["text_file"] = dump(file_json(file_));
    values["count"] = std::to_string(count_);
    values["broken"] = dump(broken_json(broken_count_, broken_));
    return values;
}

void TextStatistics::write(const std::string& path) const {
    if (count_ == 0)
        throw Error("no line of '" + file_.name + "' could be analysed" +
                        (broken_.empty() ? std::string()
                                         : ": line " + std::to_string(broken_.front().number) + ": " +
                                               broken_.front().reason),
                    "Write one text a line, in UTF-8.");
    if (path.ends_with(".safetensors"))
        write_as_safetensors(path);
    else if (path.ends_with(".json"))
        write_as_json(path);
    else
        write_as_csv(path);
}

void TextStatistics::write_as_safetensors(const std::string& path) const {
    std::vector<std::vector<float>> numbers;
    std::vector<Float32Tensor> tensors;
    for (const Stack& stack : stacks_) {
        const std::string suffix = stack.name == "self" ? "" : "." + stack.name;
        const std::vector<int64_t> heads = {static_cast<int64_t>(stack.layers),
                                            static_cast<int64_t>(stack.heads)};
        for (const Column& column : stack.columns) {
            std::vector<int64_t> shape = heads;
            if (column.width > 1) shape.push_back(static_cast<int64_t>(column.width));
            std::vector<float> means, deviations;
            for (size_t index = 0; index < column.sums.size(); ++index) {
                const Moments found = moments(column, index);
                means.push_back(static_cast<float>(found.mean));
                deviations.push_back(static_cast<float>(found.deviation));
            }
            tensors.push_back({column.name + ".mean" + suffix, shape, {}});
            numbers.push_back(std::move(means));
            tensors.push_back({column.name + ".deviation" + suffix, shape, {}});
            numbers.push_back(std::move(deviations));
        }
        tensors.push_back({"count" + suffix, heads, {}});
        numbers.emplace_back(stack.layers * stack.heads, static_cast<float>(count_));
    }
    for (size_t t = 0; t < tensors.size(); ++t) tensors[t].parts = {numbers[t]};
    write_safetensors(path, tensors, metadata());
}

void TextStatistics::write_as_json(const std::string& path) const {
    OrderedJson root = OrderedJson::object();
    for (const auto& [key, value] : provenance_) root[key] = value;
    root["options"] = OrderedJson::parse(options_);
    root["text_file"] = file_json(file_);
    root["count"] = count_;
    root["broken"] = broken_json(broken_count_, broken_);
    root["heads"] = OrderedJson::array();
    for (const Stack& stack : stacks_)
        for (size_t head = 0; head < stack.layers * stack.heads; ++head) {
            OrderedJson row = {{"stack", stack.name},
                               {"layer", head / stack.heads},
                               {"head", head % stack.heads},
                               {"count", count_}};
            for (const Column& column : stack.columns)
                for (size_t k = 0; k < column.width; ++k) {
                    const Moments found = moments(column, head * column.width + k);
                    row[column_title(column.name, column.width, k)] = {{"mean", found.mean},
                                                                       {"deviation", found.deviation}};
                }
            root["heads"].push_back(std::move(row));
        }
    write_file(path, dump(root) + "\n");
}

// A quantity that one of two stacks has is empty in the rows of the other.
void TextStatistics::write_as_csv(const std::string& path) const {
    std::map<std::string, size_t> widths;
    for (const Stack& stack : stacks_)
        for (const Column& column : stack.columns) widths[column.name] = column.width;
    std::string text = "stack,layer,head,count";
    for (const auto& [name, width] : widths)
        for (size_t k = 0; k < width; ++k) {
            const std::string title = column_title(name, width, k);
            text += "," + title + ".mean," + title + ".deviation";
        }
    text += "\n";
    for (const Stack& stack : stacks_)
        for (size_t head = 0; head < stack.layers * stack.heads; ++head) {
            text += stack.name + "," + std::to_string(head / stack.heads) + "," +
                    std::to_string(head % stack.heads) + "," + std::to_string(count_);
            for (const auto& [name, width] : widths) {
                const auto column = std::ranges::find(stack.columns, name, &Column::name);
                for (size_t k = 0; k < width; ++k) {
                    if (column == stack.columns.end()) {
                        text += ",,";
                        continue;
                    }
                    const Moments found = moments(*column, head * width + k);
                    text += "," + number(found.mean) + "," + number(found.deviation);
                }
            }
            text += "\n";
        }
    write_file(path, text);
}

}  // namespace weft
