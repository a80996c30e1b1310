// The regular expressions in tokenizer files. They are written for Oniguruma; here PCRE2 runs them, after a
// translation of what the two understand differently. Immutable, any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/tokenizer/split_behavior.h"

namespace weft {

class Regex {
  public:
    // Throws weft::Error naming `source` and the pattern where it is no regular expression, or too large.
    Regex(const std::string& pattern, const std::string& source);

    // Byte ranges of the matches in valid UTF-8, from left to right, empty ones too. Throws weft::Error where
    // the pattern backtracks without end.
    std::vector<std::pair<size_t, size_t>> matches(std::string_view text) const;

  private:
    struct Program;
    std::shared_ptr<const Program> program_;
};

// Oniguruma's pattern in PCRE2's words, with what is newer than PCRE2's Unicode. Throws weft::Error for what
// PCRE2 cannot say.
std::string to_pcre2(std::string_view pattern);

MatchFinder regex_finder(const std::string& pattern, const std::string& source);
MatchFinder string_finder(const std::string& text);  // nothing matches an empty text

}  // namespace weft
