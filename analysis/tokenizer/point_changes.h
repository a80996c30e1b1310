// How a normalizer's result is aligned with the text that it came from, as the fast tokenizers do it. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/tokenizer/text_pipeline.h"

namespace weft {

// `change` 1: the point is inserted and takes the bytes of the point before it in the source; 0: it replaces
// the next point of the source; -n: likewise, and the n after that leave.
struct PointChange {
    char32_t point = 0;
    int32_t change = 0;
};

// The changes must not use up more than there is.
std::vector<TextPoint> apply_changes(std::span<const TextPoint> text, std::span<const PointChange> changes);

// Points before the text, with the bytes of its first point; nothing where the text is empty.
void prepend_points(std::vector<TextPoint>& text, std::u32string_view points);

}  // namespace weft
