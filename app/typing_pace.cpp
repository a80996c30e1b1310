#include "app/typing_pace.h"

#include <algorithm>
#include <cstdint>

#include "app/prompt_edit.h"

namespace weft {

namespace {

constexpr double first_key_s = 0.4;
constexpr double key_s = 0.104;      // between letters of a word, before the jitter
constexpr double space_s = 0.05;     // more before a new word
constexpr double comma_s = 0.16;     // more after , ; :
constexpr double sentence_s = 0.35;  // more after . ! ?

// 0..1 from the position and the character, by FNV-1a and a final mix.
double jitter(size_t position, std::string_view grapheme) {
    uint64_t hash = 0xCBF29CE484222325ull ^ position;
    for (const char c : grapheme) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3ull;
    hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCDull;
    hash ^= hash >> 33;
    return static_cast<double>(hash >> 11) * 0x1.0p-53;
}

double pause_after(std::string_view grapheme) {
    if (grapheme == " ") return space_s;
    if (grapheme == "," || grapheme == ";" || grapheme == ":") return comma_s;
    if (grapheme == "." || grapheme == "!" || grapheme == "?") return sentence_s;
    return 0.0;
}

}  // namespace

TypingPace typing_pace(std::string_view text) {
    TypingPace pace;
    const std::vector<size_t> boundaries = grapheme_boundaries(text);
    double time_s = first_key_s;
    for (size_t k = 0; k + 1 < boundaries.size(); ++k) {
        const std::string_view grapheme = text.substr(boundaries[k], boundaries[k + 1] - boundaries[k]);
        pace.ends.push_back(boundaries[k + 1]);
        pace.times_s.push_back(time_s);
        time_s += key_s * (0.65 + 0.7 * jitter(k, grapheme)) + pause_after(grapheme);
    }
    if (!pace.times_s.empty()) pace.duration_s = pace.times_s.back();
    return pace;
}

size_t typed_bytes(const TypingPace& pace, double time_s) {
    const auto later = std::ranges::upper_bound(pace.times_s, time_s);
    const auto count = static_cast<size_t>(later - pace.times_s.begin());
    return count == 0 ? 0 : pace.ends[count - 1];
}

}  // namespace weft
