#include "analysis/error.h"
#include "analysis/tokenizer/precompiled.h"
#include "analysis/tokenizer/sentencepiece_model.h"
#include "analysis/tokenizer/unigram.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {
namespace {

const std::vector<TextPoint>& sample() {
    static const std::vector<TextPoint> points =
        decode_utf8("  The cat, cafe\xcc\x81 \xef\xac\x81\xe3\x80\x80<mask>\xe4\xb8\xad\xf0\x9f\x98\x80.");
    return points;
}

std::string_view text_of(const uint8_t* data, size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

int fuzz_sentencepiece(const uint8_t* data, size_t size) {
    try {
        const SentencepieceModel model(parse_sentencepiece(text_of(data, size), "fuzz"), "fuzz");
        std::vector<SentencepieceModel::Piece> pieces;
        model.append_pieces(sample(), pieces);
        for (const SentencepieceModel::Piece& piece : pieces)
            WEFT_ASSERT(piece.start <= piece.end && piece.end <= sample().back().end, piece.text);
    } catch (const Error&) {
    }
    return 0;
}

int fuzz_charsmap(const uint8_t* data, size_t size) {
    try {
        const PrecompiledCharsmap map(text_of(data, size), "fuzz");
        for (const TextPoint& point : map.normalize(sample()))
            WEFT_ASSERT(point.start <= point.end && point.end <= sample().back().end, "span");
    } catch (const Error&) {
    }
    return 0;
}

// The first line is a text, every other one a piece with as many bytes as its score has.
int fuzz_unigram(const uint8_t* data, size_t size) {
    const std::string_view bytes = text_of(data, size);
    try {
        const size_t first = std::min(bytes.find('\n'), bytes.size());
        const std::vector<TextPoint> text = decode_utf8(bytes.substr(0, first));
        std::vector<UnigramPiece> pieces;
        for (size_t begin = first + 1; begin < bytes.size();) {
            const size_t end = std::min(bytes.find('\n', begin), bytes.size());
            const std::string_view piece = bytes.substr(begin, end - begin);
            pieces.push_back({std::string(piece), static_cast<double>(piece.size()) - 4});
            begin = end + 1;
        }
        const UnigramModel model(pieces, size % 3 == 0 ? std::nullopt : std::optional<int64_t>(size % 5),
                                 size % 2 == 0, "fuzz");
        std::vector<TokenPiece> result;
        model.append_pieces(text, result);
        for (const TokenPiece& piece : result)
            WEFT_ASSERT(static_cast<size_t>(piece.id) < pieces.size(), std::to_string(piece.id));
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
