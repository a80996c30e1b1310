// Code points and their classes: the part of Unicode that text on the picture needs before it is shaped.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace weft {

struct CodePoint {
    char32_t value = 0;
    uint32_t byte = 0;  // where it begins in the source
    bool operator==(const CodePoint&) const = default;
};

// Every byte is accounted for: each maximal ill-formed part becomes one U+FFFD (Unicode 15, 3.9, table 3-8).
std::vector<CodePoint> code_points_of(std::string_view text);

// Control characters become their pictures (U+2400..), so that nothing in a text is invisible by accident.
char32_t visible(char32_t c);

// Marks that would vanish or reorder what stands beside them (bidi controls, zero-width space, byte-order
// mark, C1 controls): drawn as a box with the number.
bool is_hidden_mark(char32_t c);

bool is_zero_width_joiner(char32_t c);
bool is_variation_selector(char32_t c);
bool is_regional_indicator(char32_t c);

// Emoji_Presentation=Yes: colour without being asked for by U+FE0F.
bool is_emoji_by_default(char32_t c);

// A piece of text that must come from one font: a base with its marks, a ZWJ sequence, a flag, a keycap.
struct FontUnit {
    uint32_t first = 0, count = 0;  // code points
    bool emoji = false;
    bool hidden = false;  // is_hidden_mark, or a joiner or selector with nothing before it
};
std::vector<FontUnit> font_units(const std::vector<CodePoint>& text);

}  // namespace weft
