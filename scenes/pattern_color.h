// What heads are called by their pattern, and the colour that goes with it (design: "Colour by"). Pure; any
// thread.
#pragma once

#include <optional>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/patterns.h"
#include "scenes/theme.h"

namespace weft {

// Positions of a sentence's ends are greys, all others have a colour of the palette of 12 heads.
glm::vec4 pattern_color(const Theme& theme, Pattern pattern);

// [L * H] of the block's patterns; all empty where the block has none (yet).
std::vector<std::optional<Pattern>> head_patterns(const AttentionBlock& block);

}  // namespace weft
