#include "scenes/pattern_color.h"

#include <span>

namespace weft {

glm::vec4 pattern_color(const Theme& theme, Pattern pattern) {
    switch (pattern) {
        case Pattern::local:
            return theme.heads_12[0];
        case Pattern::block:
            return theme.heads_12[3];
        case Pattern::next:
            return theme.heads_12[5];
        case Pattern::previous:
            return theme.heads_12[6];
        case Pattern::vertical:
            return theme.heads_12[7];
        case Pattern::induction:
            return theme.heads_12[8];
        case Pattern::self:
            return theme.heads_12[9];
        case Pattern::duplicate:
            return theme.heads_12[11];
        case Pattern::first:
            return theme.dim_text;
        case Pattern::separator:
            break;
    }
    return glm::mix(theme.dim_text, theme.ground, 0.35f);
}

std::vector<std::optional<Pattern>> head_patterns(const AttentionBlock& block) {
    const size_t heads = size_t{block.layers} * block.heads;
    std::vector<std::optional<Pattern>> names(heads);
    const auto scores = block.quantities.find("patterns"),
               uniform = block.quantities.find("patterns.uniform");
    if (scores == block.quantities.end() || uniform == block.quantities.end()) return names;
    const std::span<const float> of(*scores->second.values), even(*uniform->second.values);
    if (of.size() != heads * pattern_count || even.size() != of.size()) return names;
    for (size_t head = 0; head < heads; ++head)
        names[head] = head_name(of.subspan(head * pattern_count, pattern_count),
                                even.subspan(head * pattern_count, pattern_count));
    return names;
}

}  // namespace weft
