// The Precompiled normalizer: SentencePiece's normalisation rules in the form its model files carry (a size,
// a double-array trie over bytes, replacements that end in NUL), applied as `tokenizers` applies them.
// Immutable after loading, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/utf8.h"

namespace weft {

// Standard alphabet with padding. Throws weft::Error "SOURCE is not base64" with the offset.
std::string decode_base64(std::string_view text, const std::string& source);

class PrecompiledCharsmap {
  public:
    // Throws weft::Error naming `source` if sizes disagree or the replacements are not UTF-8. A trie that
    // leads out of the file is found when a text takes it there: normalize() then throws.
    PrecompiledCharsmap(std::string_view bytes, std::string source);

    // A cluster of fewer than six bytes is replaced as a whole by the rule of its shortest prefix; else each
    // point by its own. What replaces a cluster stands for all of its bytes.
    std::vector<TextPoint> normalize(std::span<const TextPoint> text) const;

    // Bytes of the longest rule that `text` begins with and its replacement: SentencePiece's own way.
    std::optional<std::pair<size_t, std::string_view>> longest_rule(std::string_view text) const;

  private:
    std::optional<std::string_view> shortest_rule(std::string_view chunk) const;
    uint32_t unit(uint64_t at) const;
    std::string_view replacement(uint32_t at) const;
    [[noreturn]] void fail() const;

    std::vector<uint32_t> units_;
    std::string replacements_;
    std::string source_;
};

}  // namespace weft
