// SentencePiece's model files (spiece.model, sentencepiece.bpe.model, tokenizer.model, source.spm): the parts
// of its ModelProto that decide tokens, read from protobuf's wire format
// (https://protobuf.dev/programming-guides/encoding) with every length checked. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

struct SentencepieceFile {
    enum class ModelType { unigram = 1, bpe = 2, word = 3, character = 4 };
    enum class PieceType { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
    struct Piece {
        std::string text;
        float score = 0;
        PieceType type = PieceType::normal;
    };

    std::vector<Piece> pieces;  // the id of a piece is its index

    ModelType model_type = ModelType::unigram;
    int32_t unknown_id = 0, begin_id = 1, end_id = 2, pad_id = -1;  // -1: none
    std::string unknown_piece = "<unk>", begin_piece = "<s>", end_piece = "</s>", pad_piece = "<pad>";
    bool byte_fallback = false;
    bool whitespace_is_suffix = false;

    std::string precompiled_charsmap;  // empty: no normalisation
    bool add_dummy_prefix = true, remove_extra_whitespaces = true, escape_whitespaces = true;
};

// Throws weft::Error naming `source` and the offset: a field that reaches beyond its message, a wrong wire
// type, a piece that is not UTF-8, a score that is not finite, an enumeration's value that is unknown, no
// pieces at all.
SentencepieceFile parse_sentencepiece(std::string_view bytes, const std::string& source);
SentencepieceFile read_sentencepiece(const std::string& path);

}  // namespace weft
