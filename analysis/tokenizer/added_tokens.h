// Added tokens: written in the text as they are ("[MASK]"), they are found before the words are. Immutable
// after loading, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/utf8.h"

namespace weft {

struct AddedToken {
    int32_t id = -1;
    std::string content;
    bool special = false;                 // belongs to the model's protocol, not to the language
    bool normalized = false;              // sought in the normalised text, normalised itself
    bool single_word = false;             // only between non-word characters
    bool lstrip = false, rstrip = false;  // takes the whitespace on that side with it
};

// Finds one set of added tokens from left to right, the longest where several begin.
class AddedTokenMatcher {
  public:
    void add(const AddedToken& token, std::span<const TextPoint> content);  // empty content never matches

    // Calls `part` for every stretch of `text` in order: id -1 for text between added tokens.
    void split(std::span<const TextPoint> text,
               const std::function<void(int32_t id, std::span<const TextPoint>)>& part) const;
    bool empty() const { return patterns_.empty(); }

  private:
    struct Pattern {
        std::vector<char32_t> points;
        AddedToken token;
    };
    const Pattern* longest_at(std::span<const TextPoint> text, size_t at) const;

    std::vector<Pattern> patterns_;
    std::unordered_map<char32_t, std::vector<size_t>> by_first_;  // longest first
};

}  // namespace weft
