#include "analysis/tokenizer/precompiled.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "analysis/error.h"
#include "analysis/tokenizer/graphemes.h"

namespace weft {
namespace {

// Units of darts-clone: a node's label and how far its children are, or a value.
bool has_value(uint32_t unit) {
    return (unit >> 8 & 1) != 0;
}
uint32_t value(uint32_t unit) {
    return unit & 0x7fffffffu;
}
uint32_t label(uint32_t unit) {
    return unit & (0x80000000u | 0xffu);
}
uint64_t offset(uint32_t unit) {
    return static_cast<uint64_t>(unit >> 10) << ((unit & (1u << 9)) >> 6);
}

constexpr size_t cluster_bytes_end = 6;  // clusters of so many bytes are read point by point

bool is_utf8_start(char byte) {
    return (static_cast<uint8_t>(byte) & 0xc0) != 0x80;
}

}  // namespace

std::string decode_base64(std::string_view text, const std::string& source) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const std::array<int8_t, 256> digits = [] {
        std::array<int8_t, 256> table;
        table.fill(-1);
        for (size_t i = 0; i < alphabet.size(); ++i)
            table[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
        return table;
    }();
    const auto fail = [&](size_t at) {
        throw Error("\"" + source + "\" is not base64 at character " + std::to_string(at));
    };
    if (text.size() % 4 != 0) fail(text.size());
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (size_t at = 0; at < text.size(); at += 4) {
        const bool is_last = at + 4 == text.size();
        const size_t padding = !is_last || text[at + 3] != '=' ? 0 : text[at + 2] == '=' ? 2 : 1;
        uint32_t group = 0;
        for (size_t i = 0; i < 4; ++i) {
            const int digit = i >= 4 - padding ? 0 : digits[static_cast<uint8_t>(text[at + i])];
            if (digit < 0) fail(at + i);
            group = group << 6 | static_cast<uint32_t>(digit);
        }
        if ((group & ((1u << (8 * padding)) - 1)) != 0) fail(at + 3 - padding);
        for (size_t i = 0; i < 3 - padding; ++i) bytes += static_cast<char>(group >> (16 - 8 * i) & 0xff);
    }
    return bytes;
}

PrecompiledCharsmap::PrecompiledCharsmap(std::string_view bytes, std::string source)
    : source_(std::move(source)) {
    uint32_t size_bytes = 0;
    if (bytes.size() < sizeof(size_bytes))
        throw Error("\"" + source_ + "\" has " + std::to_string(bytes.size()) + " bytes, too few for a trie");
    std::memcpy(&size_bytes, bytes.data(), sizeof(size_bytes));  // little-endian, as this machine
    bytes.remove_prefix(sizeof(size_bytes));
    const size_t count = size_bytes / 4;
    if (count == 0 || count * 4 > bytes.size())
        throw Error("\"" + source_ + "\" says that its trie has " + std::to_string(size_bytes) + " bytes, " +
                    std::to_string(bytes.size()) + " follow");
    units_.resize(count);
    std::memcpy(units_.data(), bytes.data(), count * 4);
    replacements_ = bytes.substr(count * 4);
    try {
        decode_utf8(replacements_);
    } catch (const Error& error) {
        throw Error("\"" + source_ + "\": replacements: " + error.what(), error.hint());
    }
}

void PrecompiledCharsmap::fail() const {
    throw Error("\"" + source_ + "\" is damaged: its trie leads out of the file",
                "Copy the tokenizer's files again from the model's source, unchanged.");
}

uint32_t PrecompiledCharsmap::unit(uint64_t at) const {
    if (at >= units_.size()) fail();
    return units_[at];
}

std::string_view PrecompiledCharsmap::replacement(uint32_t at) const {
    if (at > replacements_.size() || (at < replacements_.size() && !is_utf8_start(replacements_[at]))) fail();
    const size_t end = std::min(replacements_.find('\0', at), replacements_.size());
    return std::string_view(replacements_).substr(at, end - at);
}

std::optional<std::string_view> PrecompiledCharsmap::shortest_rule(std::string_view chunk) const {
    uint64_t node = offset(units_[0]);
    for (const char character : chunk) {
        const auto byte = static_cast<uint8_t>(character);
        if (byte == 0) break;
        node ^= byte;
        const uint32_t found = unit(node);
        if (label(found) != byte) break;
        node ^= offset(found);
        if (has_value(found)) return replacement(value(unit(node)));
    }
    return std::nullopt;
}

std::optional<std::pair<size_t, std::string_view>> PrecompiledCharsmap::longest_rule(
    std::string_view text) const {
    std::optional<std::pair<size_t, std::string_view>> longest;
    uint64_t node = offset(units_[0]);
    for (size_t i = 0; i < text.size() && text[i] != 0; ++i) {
        const auto byte = static_cast<uint8_t>(text[i]);
        node ^= byte;
        const uint32_t found = unit(node);
        if (label(found) != byte) break;
        node ^= offset(found);
        if (has_value(found)) longest = {i + 1, replacement(value(unit(node)))};
    }
    return longest;
}

std::vector<TextPoint> PrecompiledCharsmap::normalize(std::span<const TextPoint> text) const {
    std::vector<TextPoint> normalized;
    normalized.reserve(text.size());
    const auto replace = [&](std::string_view by, uint32_t start, uint32_t end) {
        for (const TextPoint& point : decode_utf8(by)) normalized.push_back({point.point, start, end});
    };
    std::string chunk;
    while (!text.empty()) {
        const std::span<const TextPoint> cluster = text.first(grapheme_length(text));
        text = text.subspan(cluster.size());
        if (cluster.size() > 1) {
            chunk.clear();
            for (size_t i = 0; i < cluster.size() && chunk.size() < cluster_bytes_end; ++i)
                append_utf8(chunk, cluster[i].point);
            if (chunk.size() < cluster_bytes_end) {
                if (const std::optional<std::string_view> rule = shortest_rule(chunk)) {
                    uint32_t end = cluster.front().end;
                    for (const TextPoint& point : cluster) end = std::max(end, point.end);
                    replace(*rule, cluster.front().start, end);
                    continue;
                }
            }
        }
        for (const TextPoint& point : cluster) {
            chunk.clear();
            append_utf8(chunk, point.point);
            if (const std::optional<std::string_view> rule = shortest_rule(chunk))
                replace(*rule, point.start, point.end);
            else
                normalized.push_back(point);
        }
    }
    return normalized;
}

}  // namespace weft
