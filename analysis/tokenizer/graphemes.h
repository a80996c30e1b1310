// Grapheme clusters (Unicode Standard Annex #29), as the Precompiled normalizer of `tokenizers` sees them: by
// its version of Unicode, and exact for texts whose clusters of fewer than six bytes are all that matters
// (regional indicators are not paired). Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "analysis/utf8.h"

namespace weft {

// Points of the cluster that `text` begins with; 0 for an empty text.
size_t grapheme_length(std::span<const TextPoint> text);

namespace grapheme {

enum Kind : uint8_t {
    other,
    control,  // carriage return and line feed too
    extend,
    spacing_mark,
    prepend,
    pictograph,
    hangul_l,
    hangul_v,
    hangul_t,
    hangul_lv,
    hangul_lvt,
    kind_mask = 15,
    indic_consonant = 16,
    indic_linker = 32,
    indic_extend = 64,
};

struct KindRange {
    char32_t first, last;
    int kind;
};
extern const KindRange kind_ranges[];  // sorted, without overlaps; Hangul syllables left out
extern const size_t kind_ranges_count;

}  // namespace grapheme
}  // namespace weft
