#include "app/utf8.h"

#include <cstdint>

namespace weft {

namespace {

struct LeadByte {
    int continuation_bytes = -1;  // -1: no lead byte
    uint32_t bits = 0, least = 0;
};

LeadByte read_lead(uint8_t byte) {
    if (byte < 0x80) return {0, byte, 0};
    if (byte >= 0xC2 && byte < 0xE0) return {1, byte & 0x1Fu, 0x80};
    if (byte >= 0xE0 && byte < 0xF0) return {2, byte & 0x0Fu, 0x800};
    if (byte >= 0xF0 && byte < 0xF5) return {3, byte & 0x07u, 0x10000};
    return {};
}

}  // namespace

std::optional<size_t> first_invalid_utf8(std::string_view text) {
    size_t i = 0;
    while (i < text.size()) {
        const LeadByte lead = read_lead(static_cast<uint8_t>(text[i]));
        if (lead.continuation_bytes < 0) return i;
        uint32_t code_point = lead.bits;
        for (int k = 1; k <= lead.continuation_bytes; ++k) {
            if (i + k >= text.size()) return i;
            const uint8_t byte = static_cast<uint8_t>(text[i + k]);
            if ((byte & 0xC0) != 0x80) return i;
            code_point = code_point << 6 | (byte & 0x3Fu);
        }
        const bool surrogate = code_point >= 0xD800 && code_point < 0xE000;
        if (code_point < lead.least || surrogate || code_point > 0x10FFFF) return i;
        i += 1 + lead.continuation_bytes;
    }
    return std::nullopt;
}

}  // namespace weft
