// When each character of a text appears, typed at a human pace: about eight keys a second, longer at the ends
// of words and after punctuation. Nothing random: the same text gives the same times. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft {

struct TypingPace {
    std::vector<size_t> ends;     // [graphemes] byte offset behind each grapheme cluster
    std::vector<double> times_s;  // [graphemes] when it appears, rising
    double duration_s = 0.0;      // the last of them; 0 for an empty text
};

TypingPace typing_pace(std::string_view text);

// How many bytes of the text are there at `time_s`.
size_t typed_bytes(const TypingPace& pace, double time_s);

}  // namespace weft
