#include "analysis/tokenizer/graphemes.h"

#include <algorithm>
#include <array>

namespace weft {
namespace {

using namespace grapheme;

constexpr char32_t zero_width_joiner = 0x200d, carriage_return = '\r', line_feed = '\n';

int search_kind(char32_t point) {
    if (point >= 0xac00 && point < 0xd7a4) return (point - 0xac00) % 28 == 0 ? hangul_lv : hangul_lvt;
    const std::span<const KindRange> ranges(kind_ranges, kind_ranges_count);
    const auto next = std::upper_bound(ranges.begin(), ranges.end(), point,
                                       [](char32_t p, const KindRange& range) { return p < range.first; });
    if (next == ranges.begin() || point > std::prev(next)->last) return other;
    return std::prev(next)->kind;
}

// Most text lies below; a table there, a search beyond.
constexpr char32_t table_size = 0x3100;

int kind_of(char32_t point) {
    static const std::array<uint8_t, table_size> table = [] {
        std::array<uint8_t, table_size> filled{};
        for (char32_t p = 0; p < table_size; ++p) filled[p] = static_cast<uint8_t>(search_kind(p));
        return filled;
    }();
    return point < table_size ? table[point] : search_kind(point);
}

bool hangul_joins(int before, int after) {
    switch (before) {
        case hangul_l:
            return after == hangul_l || after == hangul_v || after == hangul_lv || after == hangul_lvt;
        case hangul_lv:
        case hangul_v:
            return after == hangul_v || after == hangul_t;
        case hangul_lvt:
        case hangul_t:
            return after == hangul_t;
        default:
            return false;
    }
}

}  // namespace

size_t grapheme_length(std::span<const TextPoint> text) {
    if (text.size() < 2) return text.size();
    // Two of the first 128 points join only as a line end.
    if (text[0].point < 0x80 && text[1].point < 0x80)
        return text[0].point == carriage_return && text[1].point == line_feed ? 2 : 1;

    int before = kind_of(text[0].point);
    bool pictograph_and_extends =
        (before & kind_mask) == pictograph;  // up to here, at the end of the cluster
    bool consonant_seen = (before & indic_consonant) != 0, linker_seen = false;
    size_t length = 1;
    for (; length < text.size(); ++length) {
        const int after = kind_of(text[length].point);
        const int left = before & kind_mask, right = after & kind_mask;
        if (left == control || right == control) break;
        const bool joined_pictographs =
            right == pictograph && pictograph_and_extends && text[length - 1].point == zero_width_joiner;
        const bool joined_consonants = (after & indic_consonant) != 0 && consonant_seen && linker_seen;
        if (right != extend && right != spacing_mark && left != prepend && !hangul_joins(left, right) &&
            !joined_pictographs && !joined_consonants)
            break;
        pictograph_and_extends = right == pictograph || (pictograph_and_extends && right == extend);
        if ((after & indic_consonant) != 0) {
            consonant_seen = true;
            linker_seen = false;
        } else if ((after & indic_linker) != 0) {
            linker_seen = true;
        } else if ((after & indic_extend) == 0) {
            consonant_seen = false;
        }
        before = after;
    }
    return length;
}

}  // namespace weft
