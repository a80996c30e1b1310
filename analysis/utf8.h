// UTF-8: whether text is any, and its code points with their byte spans. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// A code point and the bytes of the typed text that it stands for.
struct TextPoint {
    char32_t point = 0;
    uint32_t start = 0, end = 0;
    bool operator==(const TextPoint&) const = default;
};

// Byte offset of the first byte that is not well-formed UTF-8 (overlong forms, surrogates and values above
// U+10FFFF are not), or nothing where all is well.
std::optional<size_t> first_invalid_utf8(std::string_view text);

// Throws weft::Error with the offset of the first byte that is not UTF-8.
std::vector<TextPoint> decode_utf8(std::string_view text);

void append_utf8(std::string& text, char32_t point);

}  // namespace weft
