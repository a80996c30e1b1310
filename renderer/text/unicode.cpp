#include "renderer/text/unicode.h"

#include <hb.h>

#include <algorithm>
#include <array>

namespace weft {
namespace {

struct Range {
    char32_t first, last;
};

// Emoji_Presentation, Unicode 15; 1FA70..1FAFF are taken whole because later versions fill the holes.
constexpr std::array emoji_ranges = {
    Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},   Range{0x23F0, 0x23F0},   Range{0x23F3, 0x23F3},
    Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},   Range{0x2648, 0x2653},   Range{0x267F, 0x267F},
    Range{0x2693, 0x2693},   Range{0x26A1, 0x26A1},   Range{0x26AA, 0x26AB},   Range{0x26BD, 0x26BE},
    Range{0x26C4, 0x26C5},   Range{0x26CE, 0x26CE},   Range{0x26D4, 0x26D4},   Range{0x26EA, 0x26EA},
    Range{0x26F2, 0x26F3},   Range{0x26F5, 0x26F5},   Range{0x26FA, 0x26FA},   Range{0x26FD, 0x26FD},
    Range{0x2705, 0x2705},   Range{0x270A, 0x270B},   Range{0x2728, 0x2728},   Range{0x274C, 0x274C},
    Range{0x274E, 0x274E},   Range{0x2753, 0x2755},   Range{0x2757, 0x2757},   Range{0x2795, 0x2797},
    Range{0x27B0, 0x27B0},   Range{0x27BF, 0x27BF},   Range{0x2B1B, 0x2B1C},   Range{0x2B50, 0x2B50},
    Range{0x2B55, 0x2B55},   Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF}, Range{0x1F18E, 0x1F18E},
    Range{0x1F191, 0x1F19A}, Range{0x1F1E6, 0x1F1FF}, Range{0x1F201, 0x1F201}, Range{0x1F21A, 0x1F21A},
    Range{0x1F22F, 0x1F22F}, Range{0x1F232, 0x1F236}, Range{0x1F238, 0x1F23A}, Range{0x1F250, 0x1F251},
    Range{0x1F300, 0x1F320}, Range{0x1F32D, 0x1F335}, Range{0x1F337, 0x1F37C}, Range{0x1F37E, 0x1F393},
    Range{0x1F3A0, 0x1F3CA}, Range{0x1F3CF, 0x1F3D3}, Range{0x1F3E0, 0x1F3F0}, Range{0x1F3F4, 0x1F3F4},
    Range{0x1F3F8, 0x1F43E}, Range{0x1F440, 0x1F440}, Range{0x1F442, 0x1F4FC}, Range{0x1F4FF, 0x1F53D},
    Range{0x1F54B, 0x1F54E}, Range{0x1F550, 0x1F567}, Range{0x1F57A, 0x1F57A}, Range{0x1F595, 0x1F596},
    Range{0x1F5A4, 0x1F5A4}, Range{0x1F5FB, 0x1F64F}, Range{0x1F680, 0x1F6C5}, Range{0x1F6CC, 0x1F6CC},
    Range{0x1F6D0, 0x1F6D2}, Range{0x1F6D5, 0x1F6D7}, Range{0x1F6DC, 0x1F6DF}, Range{0x1F6EB, 0x1F6EC},
    Range{0x1F6F4, 0x1F6FC}, Range{0x1F7E0, 0x1F7EB}, Range{0x1F7F0, 0x1F7F0}, Range{0x1F90C, 0x1F93A},
    Range{0x1F93C, 0x1F945}, Range{0x1F947, 0x1F9FF}, Range{0x1FA70, 0x1FAFF},
};

hb_unicode_general_category_t category(char32_t c) {
    return hb_unicode_general_category(hb_unicode_funcs_get_default(), c);
}

bool is_symbol(char32_t c) {
    return is_emoji_by_default(c) || category(c) == HB_UNICODE_GENERAL_CATEGORY_OTHER_SYMBOL;
}

// Stays with what stands before it, whatever that is.
bool is_extender(char32_t c) {
    if (is_zero_width_joiner(c) || c == 0x200C || is_variation_selector(c)) return true;
    if (c >= 0xE0020 && c <= 0xE007F) return true;  // tags of subdivision flags
    switch (category(c)) {
        case HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK:
        case HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK:
        case HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK:
            return true;
        default:
            return false;
    }
}

// Length of the well-formed sequence at `at`, or minus the length of the maximal ill-formed part.
int sequence_length(std::string_view text, size_t at, char32_t& value) {
    const auto byte = [&](size_t k) { return static_cast<uint8_t>(text[k]); };
    const uint8_t lead = byte(at);
    if (lead < 0x80) {
        value = lead;
        return 1;
    }
    const int length = lead >= 0xC2 && lead <= 0xDF   ? 2
                       : lead >= 0xE0 && lead <= 0xEF ? 3
                       : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                      : 0;
    if (length == 0) return -1;
    value = lead & (0xFF >> (length + 1));
    for (int k = 1; k < length; ++k) {
        if (at + k >= text.size()) return -k;
        const uint8_t c = byte(at + k);
        uint8_t low = 0x80, high = 0xBF;
        if (k == 1 && lead == 0xE0) low = 0xA0;
        if (k == 1 && lead == 0xED) high = 0x9F;
        if (k == 1 && lead == 0xF0) low = 0x90;
        if (k == 1 && lead == 0xF4) high = 0x8F;
        if (c < low || c > high) return -k;
        value = value << 6 | (c & 0x3F);
    }
    return length;
}

}  // namespace

std::vector<CodePoint> code_points_of(std::string_view text) {
    std::vector<CodePoint> out;
    out.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        char32_t value = 0;
        const int length = sequence_length(text, at, value);
        out.push_back({length > 0 ? value : U'\uFFFD', static_cast<uint32_t>(at)});
        at += static_cast<size_t>(length > 0 ? length : -length);
    }
    return out;
}

char32_t visible(char32_t c) {
    if (c < 0x20) return 0x2400 + c;
    if (c == 0x7F) return 0x2421;
    if (c == 0x2028) return 0x2424;
    if (c == 0x2029) return 0xB6;
    return c;
}

bool is_hidden_mark(char32_t c) {
    return (c >= 0x80 && c <= 0x9F) || c == 0xAD || c == 0x61C || c == 0x180E || c == 0x200B || c == 0x200E ||
           c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || c == 0xE0001;
}

bool is_zero_width_joiner(char32_t c) {
    return c == 0x200D;
}

bool is_variation_selector(char32_t c) {
    return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF) || (c >= 0x180B && c <= 0x180D);
}

bool is_regional_indicator(char32_t c) {
    return c >= 0x1F1E6 && c <= 0x1F1FF;
}

bool is_emoji_by_default(char32_t c) {
    const auto range = std::lower_bound(emoji_ranges.begin(), emoji_ranges.end(), c,
                                        [](const Range& r, char32_t value) { return r.last < value; });
    return range != emoji_ranges.end() && c >= range->first;
}

std::vector<FontUnit> font_units(const std::vector<CodePoint>& text) {
    std::vector<FontUnit> units;
    for (uint32_t at = 0; at < text.size();) {
        const char32_t base = text[at].value;
        FontUnit unit{at, 1, is_emoji_by_default(base), is_hidden_mark(base)};
        if (is_zero_width_joiner(base) || base == 0x200C || is_variation_selector(base)) unit.hidden = true;
        ++at;
        if (is_regional_indicator(base) && at < text.size() && is_regional_indicator(text[at].value)) ++at;
        while (!unit.hidden && at < text.size()) {
            const char32_t c = text[at].value;
            const bool joined = is_zero_width_joiner(text[at - 1].value) && is_symbol(c) && is_symbol(base);
            const bool skin_tone = c >= 0x1F3FB && c <= 0x1F3FF && is_symbol(base);
            if (!joined && !skin_tone && !is_extender(c)) break;
            if (c == 0xFE0F || c == 0x20E3) unit.emoji = true;
            if (c == 0xFE0E) unit.emoji = false;
            ++at;
        }
        unit.count = at - unit.first;
        units.push_back(unit);
    }
    return units;
}

}  // namespace weft
