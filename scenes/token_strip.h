// Words coloured by what a method says of them: signed on a diverging map whose zero is the ground's neutral,
// others on the weights' map, both relative to the largest |value| of all words. Pure; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenes/text_stack.h"
#include "scenes/theme.h"

namespace weft {

struct TokenStrip {
    std::vector<float> values;  // [K] of the first pane's words, own units; NaN: not computed yet
    float largest = 0.0f;       // |value|
    bool is_signed = false;
    std::shared_ptr<const ColorMap> map;  // of values without a sign; null: the theme's
    std::string note;  // "words: relevance for “it” · largest 0.31"; "" where the key at the foot says it
};

// Of the quantity if it is one of words, else of view.strip; no values where neither is there. A method of
// rows shows that of the selected query, else the one that y is read from, else the first.
// Whether words have numbers beside them.
bool shows_strip(const TextStackPlan& plan, const ViewState& view);
TokenStrip token_strip(const TextStackPlan& plan, const ViewState& view);

glm::vec4 strip_color(const TokenStrip& strip, const Theme& theme, size_t token);
// Ink for words on a chip of that colour: text or ground of the theme, whichever has more contrast.
glm::vec4 ink_on(const glm::vec4& chip, const Theme& theme);

}  // namespace weft
