// What the fast tokenizers take each code point for. Their Unicode is newer than that of the machine's
// libraries; the tables were asked from them. Pure, any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::unicode_classes {

struct CodePointRange {
    char32_t first, last;
};
struct CategoryRange {
    char32_t first, last;
    char major, minor;  // general category, 'L' 'u'
};

// Sorted, without overlaps. letter, number: \p{L} and \p{N} of their regular expressions. word: \w of Rust's.
// newer: what PCRE2 10.42 (Unicode 14) does not know; word_beyond_unicode_14: \w that is no L, M, Nd, Pc
// there.
extern const CodePointRange letter[], number[], numeric_beyond_number[], word[], combining_mark[],
    word_beyond_unicode_14[];
extern const CategoryRange newer[];
extern const size_t letter_count, number_count, numeric_beyond_number_count, word_count, combining_mark_count,
    word_beyond_unicode_14_count, newer_count;

enum ClassBit : uint8_t {
    letter_bit = 1,
    number_bit = 2,
    numeric_bit = 4,  // number, and Rust's newer ones
    word_bit = 8,
    whitespace_bit = 16,
    combining_mark_bit = 32,
};

uint8_t classes(char32_t point);  // of ClassBit

inline bool is_letter(char32_t point) {
    return (classes(point) & letter_bit) != 0;
}
inline bool is_number(char32_t point) {
    return (classes(point) & number_bit) != 0;
}
inline bool is_numeric(char32_t point) {
    return (classes(point) & numeric_bit) != 0;
}
inline bool is_word(char32_t point) {
    return (classes(point) & word_bit) != 0;
}
inline bool is_whitespace(char32_t point) {
    return (classes(point) & whitespace_bit) != 0;
}
inline bool is_combining_mark(char32_t point) {
    return (classes(point) & combining_mark_bit) != 0;
}

}  // namespace weft::unicode_classes
