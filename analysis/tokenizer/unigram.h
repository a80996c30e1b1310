// The Unigram model (Kudo 2018, https://arxiv.org/abs/1804.10959): the segmentation of a word whose pieces
// have the greatest sum of scores (log probabilities), by Viterbi's algorithm as `tokenizers` runs it, in
// float64. Immutable after loading, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/tokenizer/piece_trie.h"
#include "analysis/tokenizer/text_pipeline.h"
#include "analysis/utf8.h"

namespace weft {

struct UnigramPiece {
    std::string text;
    double score = 0;
};

class UnigramModel {
  public:
    // The id of a piece is its index. Of equal pieces the last one is found; an empty one never is. Throws
    // weft::Error naming `source` and the piece: a score that is not finite, an unknown id that no piece has.
    UnigramModel(std::span<const UnigramPiece> pieces, std::optional<int64_t> unknown_id, bool byte_fallback,
                 const std::string& source);

    // Appends the pieces of one word. Consecutive unknown characters are one unknown token, or with byte
    // fallback a token for each byte, which spans its character. Throws weft::Error for an unknown character
    // where the model has no unknown token.
    void append_pieces(std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) const;

  private:
    void append_unknown(std::string_view bytes, std::span<const TextPoint> points,
                        std::vector<TokenPiece>& pieces) const;

    PieceTrie trie_;
    std::vector<double> scores_;  // by id
    double unknown_score_ = 0;
    int32_t unknown_id_ = -1;              // -1: none
    std::array<int32_t, 256> byte_ids_{};  // of "<0x00>" to "<0xFF>", -1: none
    bool byte_fallback_ = false;
    std::string source_;
};

}  // namespace weft
