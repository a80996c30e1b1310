// Parts of one run: as text with the exact sums, read again, and joined.
#include <algorithm>
#include <charconv>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/method/patterns.h"
#include "app/text_statistics.h"
#include "app/text_statistics_json.h"

namespace weft {

namespace {

constexpr int64_t most = int64_t{1} << 53;

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

}  // namespace weft
