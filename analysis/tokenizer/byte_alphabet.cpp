#include "analysis/tokenizer/byte_alphabet.h"

#include <array>

namespace weft {
namespace {

struct Alphabet {
    std::array<char32_t, 256> character{};
    std::array<int16_t, 0x200> byte{};  // -1: none

    Alphabet() {
        byte.fill(-1);
        char32_t next = 0x100;
        for (size_t value = 0; value < 256; ++value) {
            const bool printable = (value >= 0x21 && value <= 0x7e) || (value >= 0xa1 && value != 0xad);
            character[value] = printable ? static_cast<char32_t>(value) : next++;
            byte[character[value]] = static_cast<int16_t>(value);
        }
    }
};

const Alphabet& alphabet() {
    static const Alphabet instance;
    return instance;
}

}  // namespace

char32_t byte_alphabet(uint8_t byte) {
    return alphabet().character[byte];
}

std::optional<uint8_t> byte_of(char32_t point) {
    if (point >= alphabet().byte.size() || alphabet().byte[point] < 0) return std::nullopt;
    return static_cast<uint8_t>(alphabet().byte[point]);
}

std::vector<TextPoint> to_byte_alphabet(const TextPoint* begin, const TextPoint* end) {
    const Alphabet& map = alphabet();
    std::vector<TextPoint> out;
    out.reserve(static_cast<size_t>(end - begin) * 5 / 4);
    std::string bytes;
    for (const TextPoint* point = begin; point != end; ++point) {
        if (point->point < 0x80) {
            out.push_back({map.character[point->point], point->start, point->end});
            continue;
        }
        bytes.clear();
        append_utf8(bytes, point->point);
        for (const char byte : bytes)
            out.push_back({map.character[static_cast<uint8_t>(byte)], point->start, point->end});
    }
    return out;
}

}  // namespace weft
