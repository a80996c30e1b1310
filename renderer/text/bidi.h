// Directions of a line: a small part of the Unicode bidirectional algorithm (UAX 9) that is right for words,
// numbers and punctuation without explicit embeddings (those controls are drawn as boxes, see unicode.h).
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "renderer/text/unicode.h"

namespace weft {

// Level of each code point: even reads to the right, odd to the left. The base level comes from the first
// strong character (P2, P3); digits in right-to-left text get level 2 (W2, I1); neutrals take the direction
// of both sides where these agree, else the base (N1, N2).
struct BidiLevels {
    uint8_t base = 0;
    std::vector<uint8_t> levels;
};
BidiLevels bidi_levels(const std::vector<CodePoint>& text);

// Visual order of runs with these levels, left to right (L2).
std::vector<uint32_t> visual_order(const std::vector<uint8_t>& run_levels);

}  // namespace weft
