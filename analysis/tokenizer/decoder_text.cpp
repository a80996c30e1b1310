#include "analysis/tokenizer/decoder_text.h"

#include <cstdint>
#include <utility>

namespace weft {
namespace {

struct Sequence {
    size_t bytes = 1;
    bool is_whole = false;
};

// The character at `at`, or the longest beginning of one, Unicode's table 3-7.
Sequence sequence_at(std::string_view bytes, size_t at) {
    const auto byte = [&](size_t i) {
        return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : uint8_t{0};
    };
    const uint8_t first = byte(at), second = byte(at + 1);
    if (first < 0x80) return {1, true};
    const size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                          : first >= 0xe0 && first <= 0xef ? 3
                          : first >= 0xf0 && first <= 0xf4 ? 4
                                                           : 0;
    if (length == 0) return {1, false};
    const uint8_t low = first == 0xe0   ? 0xa0
                        : first == 0xf0 ? 0x90
                                        : 0x80,
                  high = first == 0xed   ? 0x9f
                         : first == 0xf4 ? 0x8f
                                         : 0xbf;
    if (second < low || second > high) return {1, false};
    for (size_t i = 2; i < length; ++i)
        if ((byte(at + i) & 0xc0) != 0x80) return {i, false};
    return {length, true};
}

}  // namespace

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    if (what.empty() || text.find(what) == std::string::npos) return text;
    std::string out;
    size_t at = 0;
    for (size_t found; (found = text.find(what, at)) != std::string::npos; at = found + what.size()) {
        out.append(text, at, found - at);
        out += with;
    }
    out.append(text, at);
    return out;
}

std::string without_english_spaces(std::string text) {
    static constexpr std::pair<const char*, const char*> rules[] = {
        {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
        {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
    for (const auto& [what, with] : rules) text = replaced(std::move(text), what, with);
    return text;
}

bool is_utf8(std::string_view bytes) {
    for (size_t at = 0; at < bytes.size();) {
        const Sequence sequence = sequence_at(bytes, at);
        if (!sequence.is_whole) return false;
        at += sequence.bytes;
    }
    return true;
}

std::string with_replacement_characters(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (size_t at = 0; at < bytes.size();) {
        const Sequence sequence = sequence_at(bytes, at);
        if (sequence.is_whole)
            out += bytes.substr(at, sequence.bytes);
        else
            out += "\xef\xbf\xbd";
        at += sequence.bytes;
    }
    return out;
}

}  // namespace weft
