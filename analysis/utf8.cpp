#include "analysis/utf8.h"

#include "analysis/error.h"

namespace weft {
namespace {

// Bytes of the well-formed sequence at `at`, 0 if there is none; Unicode's table 3-7.
uint32_t sequence_length(std::string_view text, size_t at) {
    const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
    const auto continues = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
    const uint8_t first = byte(at), second = byte(at + 1);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(at + 1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        if (!continues(at + 1) || !continues(at + 2)) return 0;
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (!continues(at + 1) || !continues(at + 2) || !continues(at + 3)) return 0;
        if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
        return 4;
    }
    return 0;
}

}  // namespace

std::optional<size_t> first_invalid_utf8(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
        const uint32_t length = sequence_length(text, at);
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

std::vector<TextPoint> decode_utf8(std::string_view text) {
    if (text.size() > UINT32_MAX)
        throw Error("the text has " + std::to_string(text.size()) + " bytes, more than 4 GiB");
    std::vector<TextPoint> points;
    points.reserve(text.size());
    for (uint32_t at = 0; at < text.size();) {
        const uint32_t length = sequence_length(text, at);
        if (length == 0)
            throw Error("the text is not UTF-8: byte " + std::to_string(at) + " is " +
                            std::to_string(static_cast<uint8_t>(text[at])),
                        "convert it to UTF-8");
        constexpr uint8_t payload[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
        char32_t point = static_cast<uint8_t>(text[at]) & payload[length];
        for (uint32_t i = 1; i < length; ++i)
            point = (point << 6) | (static_cast<uint8_t>(text[at + i]) & 0x3fu);
        points.push_back({point, at, at + length});
        at += length;
    }
    return points;
}

void append_utf8(std::string& text, char32_t point) {
    const auto byte = [&text](char32_t value) {
        text.push_back(static_cast<char>(static_cast<uint8_t>(value)));
    };
    if (point < 0x80) {
        byte(point);
    } else if (point < 0x800) {
        byte(0xc0 | (point >> 6));
        byte(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        byte(0xe0 | (point >> 12));
        byte(0x80 | ((point >> 6) & 0x3f));
        byte(0x80 | (point & 0x3f));
    } else {
        byte(0xf0 | (point >> 18));
        byte(0x80 | ((point >> 12) & 0x3f));
        byte(0x80 | ((point >> 6) & 0x3f));
        byte(0x80 | (point & 0x3f));
    }
}

}  // namespace weft
