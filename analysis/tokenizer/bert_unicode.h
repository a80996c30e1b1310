// What BERT's fast tokenizer takes each code point for. Its normalizer mixes two versions of Unicode, so that
// no library on the machine agrees with it; the tables were asked from the tokenizer itself.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::bert_unicode {

struct CodePointRange {
    char32_t first, last;
};
struct LowercaseRun {
    char32_t first, last, step;  // every step-th point
    int32_t offset;              // lower case minus point
};

// Sorted, without overlaps.
extern const CodePointRange removed[], whitespace[], punctuation[], chinese[], nonspacing_mark[];
extern const size_t removed_count, whitespace_count, punctuation_count, chinese_count, nonspacing_mark_count;
extern const LowercaseRun lowercase_runs[];
extern const size_t lowercase_runs_count;

enum ClassBit : uint8_t {
    is_removed = 1,
    is_whitespace = 2,
    is_punctuation = 4,
    is_chinese = 8,
    is_nonspacing_mark = 16
};

uint8_t classes(char32_t point);  // of ClassBit

// One to one; U+0130, the only point with two, is the caller's: "i" and U+0307.
char32_t lowercase(char32_t point);

}  // namespace weft::bert_unicode
