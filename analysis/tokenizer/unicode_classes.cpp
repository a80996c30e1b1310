#include "analysis/tokenizer/unicode_classes.h"

#include <algorithm>
#include <span>
#include <vector>

#include "analysis/tokenizer/bert_unicode.h"

namespace weft::unicode_classes {
namespace {

bool contains(std::span<const CodePointRange> ranges, char32_t point) {
    const auto next =
        std::upper_bound(ranges.begin(), ranges.end(), point,
                         [](char32_t p, const CodePointRange& range) { return p < range.first; });
    return next != ranges.begin() && point <= std::prev(next)->last;
}

constexpr char32_t table_size = 0x20000;  // planes 0 and 1: nearly all text

std::vector<uint8_t> make_table() {
    std::vector<uint8_t> table(table_size);
    const auto fill = [&](std::span<const CodePointRange> ranges, uint8_t bits) {
        for (const CodePointRange& range : ranges)
            for (char32_t point = range.first; point <= range.last && point < table_size; ++point)
                table[point] |= bits;
    };
    fill({letter, letter_count}, letter_bit);
    fill({number, number_count}, number_bit | numeric_bit);
    fill({numeric_beyond_number, numeric_beyond_number_count}, numeric_bit);
    fill({word, word_count}, word_bit);
    fill({combining_mark, combining_mark_count}, combining_mark_bit);
    for (size_t i = 0; i < bert_unicode::whitespace_count; ++i)
        fill(std::vector<CodePointRange>{{bert_unicode::whitespace[i].first,
                                          bert_unicode::whitespace[i].last}},
             whitespace_bit);
    return table;
}

uint8_t search(char32_t point) {
    uint8_t bits = 0;
    if (contains({letter, letter_count}, point)) bits |= letter_bit;
    if (contains({number, number_count}, point)) bits |= number_bit | numeric_bit;
    if (contains({numeric_beyond_number, numeric_beyond_number_count}, point)) bits |= numeric_bit;
    if (contains({word, word_count}, point)) bits |= word_bit;
    if (contains({combining_mark, combining_mark_count}, point)) bits |= combining_mark_bit;
    return bits;  // whitespace is all below
}

}  // namespace

uint8_t classes(char32_t point) {
    static const std::vector<uint8_t> table = make_table();
    return point < table_size ? table[point] : search(point);
}

}  // namespace weft::unicode_classes
