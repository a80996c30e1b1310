// Byte-pair encoding (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909): the characters of a word,
// merged pair by pair, the pair that was learnt first each time. Immutable after loading, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/tokenizer/text_pipeline.h"
#include "analysis/tokenizer/vocabulary.h"

namespace weft {

struct BpeSettings {
    std::string unknown_token;       // empty: characters that the vocabulary lacks leave
    std::string continuing_prefix;   // before every character but a word's first
    std::string end_suffix;          // after a word's last character
    bool fuses_unknown = false;      // neighbours become one unknown token
    bool has_byte_fallback = false;  // "<0xE2>" for each byte of a character that the vocabulary lacks
    bool takes_whole_words = false;  // a word of the vocabulary is not cut at all ("ignore_merges")
};

// Pairs of ids to what they merge into; the earlier added, the sooner merged.
class MergeTable {
  public:
    struct Merge {
        uint32_t rank = 0;
        int32_t id = -1;  // -1: no such pair
    };
    void reserve(size_t merges);
    void add(int32_t left, int32_t right, int32_t id);  // a pair given twice keeps its last rank and id
    Merge find(int32_t left, int32_t right) const;

  private:
    struct Slot {
        uint64_t key = 0;
        Merge merge;
    };
    static uint64_t key_of(int32_t left, int32_t right) {
        return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
    }
    size_t slot_of(uint64_t key) const;
    std::vector<Slot> slots_;  // a power of two, at most half full
    size_t used_ = 0;
    uint32_t next_rank_ = 0;
};

class Bpe {
  public:
    // `vocabulary` must live as long. Throws weft::Error: a needed token is missing from it.
    Bpe(const Vocabulary& vocabulary, BpeSettings settings, const std::string& source);

    void reserve(size_t merges) { merges_.reserve(merges); }
    // Throws weft::Error where a side or the result is not in the vocabulary.
    void add_merge(std::string_view left, std::string_view right);
    // "left right". Throws weft::Error for anything else.
    void add_merge(std::string_view line);

    void append(std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) const;

  private:
    struct Scratch;
    int32_t id_of(char32_t point, bool first, bool last, std::string& spelled) const;
    void spell(std::span<const TextPoint> word, Scratch& scratch) const;
    void merge(Scratch& scratch) const;

    const Vocabulary& vocabulary_;
    const BpeSettings settings_;
    const std::string source_;
    MergeTable merges_;
    int32_t unknown_id_ = -1;
    std::array<int32_t, 256> byte_ids_{};      // of byte fallback, -1: none
    std::array<int32_t, 0x200> common_ids_{};  // of single characters without prefix and suffix
};

}  // namespace weft
