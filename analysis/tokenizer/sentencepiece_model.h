// A SentencePiece model as the SentencePiece library runs it (Kudo & Richardson 2018,
// https://arxiv.org/abs/1808.06226), for the tokenizers that transformers leaves to that library (Marian,
// m2m_100): its own normalisation by the longest rule, whitespace handling, and Unigram or byte-pair encoding
// with scores in float32. `tokenizers` differs from it in all of these. Immutable after loading, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/tokenizer/piece_trie.h"
#include "analysis/tokenizer/precompiled.h"
#include "analysis/tokenizer/sentencepiece_file.h"
#include "analysis/utf8.h"

namespace weft {

class SentencepieceModel {
  public:
    struct Piece {
        std::string text;  // of an unknown run: the text itself
        uint32_t start = 0, end = 0;
    };

    // Throws weft::Error naming `source`: a word or character model, no or two unknown pieces, a piece that
    // is there twice or empty, a damaged charsmap.
    SentencepieceModel(SentencepieceFile file, const std::string& source);

    // Appends the pieces of a text in order. Unknown characters beside each other are one piece, or with byte
    // fallback one piece a byte.
    void append_pieces(std::span<const TextPoint> text, std::vector<Piece>& pieces) const;

  private:
    struct Normalized {
        std::string bytes;
        std::vector<std::pair<uint32_t, uint32_t>> spans;  // of each byte, in the typed text
    };
    struct Found {
        std::string_view text;  // in Normalized::bytes
        int32_t id = -1;
    };

    Normalized normalize(std::span<const TextPoint> text) const;
    std::pair<size_t, std::string_view> longest_rule(std::string_view input) const;
    size_t symbol_bytes(std::string_view input, bool& is_user_defined) const;
    std::vector<Found> encode_unigram(std::string_view normalized) const;
    std::vector<Found> encode_bpe(std::string_view normalized) const;
    int32_t id_of(std::string_view piece) const;
    bool is_type(int32_t id, SentencepieceFile::PieceType type) const;

    SentencepieceFile file_;
    std::optional<PrecompiledCharsmap> charsmap_;
    PieceTrie pieces_, reserved_, user_defined_;
    int32_t unknown_id_ = -1;
    float min_score_, max_score_;  // of normal pieces
};

}  // namespace weft
