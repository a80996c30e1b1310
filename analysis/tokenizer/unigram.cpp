#include "analysis/tokenizer/unigram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/error.h"

namespace weft {
namespace {

constexpr double unknown_penalty = 10;

// The best way to reach a byte of the word: its last piece.
struct Reached {
    double score = 0;
    int32_t from = -1;  // -1: no way yet
    int32_t id = 0;
};

std::string byte_piece(uint8_t byte) {
    static constexpr char digits[] = "0123456789ABCDEF";
    return std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + '>';
}

size_t utf8_length(char first) {
    const auto byte = static_cast<uint8_t>(first);
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

void improve(Reached& target, double score, size_t from, int32_t id) {
    if (target.from >= 0 && !(score > target.score)) return;
    target = {score, static_cast<int32_t>(from), id};
}

}  // namespace

UnigramModel::UnigramModel(std::span<const UnigramPiece> pieces, std::optional<int64_t> unknown_id,
                           bool byte_fallback, const std::string& source)
    : byte_fallback_(byte_fallback), source_(source) {
    if (unknown_id && (*unknown_id < 0 || static_cast<uint64_t>(*unknown_id) >= pieces.size()))
        throw Error("\"" + source + "\": \"unk_id\" is " + std::to_string(*unknown_id) +
                    ", the vocabulary has " + std::to_string(pieces.size()) + " pieces");
    if (unknown_id) unknown_id_ = static_cast<int32_t>(*unknown_id);
    double min_score = std::numeric_limits<double>::infinity();
    std::vector<PieceTrie::Piece> entries;
    entries.reserve(pieces.size());
    scores_.reserve(pieces.size());
    for (const UnigramPiece& piece : pieces) {
        if (!std::isfinite(piece.score))
            throw Error("\"" + source + "\": the score of piece \"" + piece.text.substr(0, 80) +
                        "\" is not a finite number");
        entries.push_back({piece.text, static_cast<int32_t>(entries.size())});
        scores_.push_back(piece.score);
        min_score = std::min(min_score, piece.score);
    }
    unknown_score_ = min_score - unknown_penalty;
    trie_ = PieceTrie(std::move(entries));
    for (size_t byte = 0; byte < byte_ids_.size(); ++byte)
        byte_ids_[byte] = trie_.find(byte_piece(static_cast<uint8_t>(byte)));
}

void UnigramModel::append_unknown(std::string_view bytes, std::span<const TextPoint> points,
                                  std::vector<TokenPiece>& pieces) const {
    // Two unknown pieces together may spell a piece of the vocabulary.
    const int32_t known = trie_.find(bytes);
    const bool has_all_bytes =
        known < 0 && byte_fallback_ && std::all_of(bytes.begin(), bytes.end(), [&](char byte) {
            return byte_ids_[static_cast<uint8_t>(byte)] >= 0;
        });
    if (!has_all_bytes) {
        pieces.push_back({known >= 0 ? known : unknown_id_, points.front().start, points.back().end});
        return;
    }
    size_t at = 0;
    for (const TextPoint& point : points)
        for (const size_t end = at + utf8_length(bytes[at]); at < end; ++at)
            pieces.push_back({byte_ids_[static_cast<uint8_t>(bytes[at])], point.start, point.end});
}

void UnigramModel::append_pieces(std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) const {
    if (word.empty()) return;
    std::string bytes;
    bytes.reserve(word.size() + 8);
    for (const TextPoint& point : word) append_utf8(bytes, point.point);
    std::vector<Reached> reached(bytes.size() + 1);
    std::vector<uint32_t> point_at(bytes.size() + 1);  // index of the point that begins at a byte

    size_t begin = 0;
    for (size_t i = 0; i < word.size(); ++i) {
        point_at[begin] = static_cast<uint32_t>(i);
        const size_t length = utf8_length(bytes[begin]);
        const double score = reached[begin].score;
        bool has_single = false;
        trie_.for_each_prefix(std::string_view(bytes).substr(begin), [&](size_t size, int32_t id) {
            improve(reached[begin + size], scores_[static_cast<size_t>(id)] + score, begin, id);
            has_single = has_single || size == length;
        });
        if (!has_single) {
            Reached& target = reached[begin + length];
            const double unknown = unknown_score_ + score;
            if ((target.from < 0 || unknown > target.score) && unknown_id_ < 0)
                throw Error("\"" + source_ + "\" has no piece for \"" + bytes.substr(begin, length) +
                                "\" and no unknown token",
                            "Type another character.");
            improve(target, unknown, begin, unknown_id_);
        }
        begin += length;
    }
    point_at[begin] = static_cast<uint32_t>(word.size());

    std::vector<std::pair<uint32_t, uint32_t>>
        path;  // bytes of each piece, unknown ones joined, the last first
    for (auto end = static_cast<uint32_t>(bytes.size()); end > 0;) {
        const auto from = static_cast<uint32_t>(reached[end].from);
        const bool unknown = reached[end].id == unknown_id_;
        if (unknown && !path.empty() && path.back().first == end &&
            reached[path.back().second].id == unknown_id_)
            path.back().first = from;
        else
            path.emplace_back(from, end);
        end = from;
    }
    for (auto piece = path.rbegin(); piece != path.rend(); ++piece) {
        const auto [from, end] = *piece;
        const std::span<const TextPoint> points =
            word.subspan(point_at[from], point_at[end] - point_at[from]);
        const int32_t id = reached[end].id;
        if (id == unknown_id_)
            append_unknown(std::string_view(bytes).substr(from, end - from), points, pieces);
        else
            pieces.push_back({id, points.front().start, points.back().end});
    }
}

}  // namespace weft
