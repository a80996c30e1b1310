#include <string>

#include "analysis/error.h"
#include "analysis/method/patterns.h"

namespace weft {

std::string_view pattern_name(Pattern pattern) {
    constexpr std::string_view names[pattern_count] = {"self",      "previous",  "next",     "local",
                                                       "first",     "separator", "vertical", "block",
                                                       "duplicate", "induction"};
    return names[static_cast<size_t>(pattern)];
}

std::optional<Pattern> head_name(std::span<const float> scores, std::span<const float> uniform) {
    WEFT_ASSERT(scores.size() == pattern_count && uniform.size() == pattern_count,
                std::to_string(scores.size()) + ", " + std::to_string(uniform.size()));
    size_t best = 0;
    for (size_t p = 1; p < pattern_count; ++p)
        if (scores[p] - uniform[p] > scores[best] - uniform[best]) best = p;
    if (!(scores[best] - uniform[best] >= least_excess)) return std::nullopt;
    return static_cast<Pattern>(best);
}

}  // namespace weft
