// Cutting words where something was found in them. Pure, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analysis/tokenizer/text_pipeline.h"

namespace weft {

// What becomes of a match: dropped, a word of its own, part of the word before or after it, or one word with
// the matches beside it.
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

// Throws weft::Error naming `name` for anything but "Removed", "Isolated", ...
SplitBehavior split_behavior(const std::string& name, const std::string& source);

// Fills `matches` with the matches in a word, in order, as points of it.
using MatchFinder = std::function<void(std::span<const TextPoint> word, std::vector<WordRange>& matches)>;

// `inverted`: what lies between the matches counts as the matches.
void split_words(SplitText& text, const MatchFinder& find, SplitBehavior behavior, bool inverted = false);

// Every point for which `is_match` holds is a match of its own.
MatchFinder single_points(std::function<bool(char32_t)> is_match);

}  // namespace weft
