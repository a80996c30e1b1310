// WordPiece (Wu et al. 2016, https://arxiv.org/abs/1609.08144) as BERT uses it: the longest vocabulary entry
// from the left, continued pieces spelled with a prefix. Immutable after loading, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/utf8.h"

namespace weft {

// Tokens and their ids. One arena of bytes and one open table, so that 30,000 entries load in a millisecond.
class Vocabulary {
  public:
    void reserve(size_t tokens);
    void insert(std::string_view token, int32_t id);  // a token given twice keeps its last id; id >= 0
    std::optional<int32_t> find(std::string_view token) const;
    // find(prefix + piece) where `hash` is hash_of(piece, hash_of(prefix)).
    std::optional<int32_t> find(uint64_t hash, std::string_view prefix, std::string_view piece) const;
    std::string_view token(int32_t id) const;                             // empty for an id that no token has
    int32_t size() const { return static_cast<int32_t>(by_id_.size()); }  // largest id + 1
    size_t longest_token_bytes() const { return longest_; }

    static constexpr uint64_t empty_hash = 14695981039346656037ull;  // FNV-1a, 64 bits
    static uint64_t hash_of(std::string_view bytes, uint64_t hash = empty_hash) {
        for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 1099511628211ull;
        return hash;
    }

  private:
    struct Entry {
        uint64_t hash = 0;
        uint32_t offset = 0, bytes = 0;
        int32_t id = -1;  // -1: free
    };
    void grow(size_t slots);
    std::string_view text(const Entry& entry) const { return {arena_.data() + entry.offset, entry.bytes}; }

    std::string arena_;
    std::vector<Entry> slots_;  // a power of two
    size_t used_ = 0, longest_ = 0;
    std::vector<Entry> by_id_;
};

struct WordPieceSettings {
    std::string prefix = "##";
    int32_t unknown_id = -1;
    int64_t max_points_per_word = 100;  // longer words are unknown
};

struct WordPiece {
    int32_t id = -1;
    uint32_t start = 0, end = 0;  // bytes of the typed text
};

// Appends the pieces of one word: the unknown token for the whole word if any part is not in the vocabulary.
void append_wordpieces(std::span<const TextPoint> word, const Vocabulary& vocabulary,
                       const WordPieceSettings& settings, std::vector<WordPiece>& pieces);

}  // namespace weft
