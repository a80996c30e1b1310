#include "analysis/tokenizer/wordpiece.h"

namespace weft {

void append_wordpieces(std::span<const TextPoint> word, const Vocabulary& vocabulary,
                       const WordPieceSettings& settings, std::vector<TokenPiece>& pieces) {
    if (word.empty()) return;
    const auto unknown = [&](size_t keep) {
        pieces.resize(keep);
        pieces.push_back({settings.unknown_id, word.front().start, word.back().end});
    };
    const size_t before = pieces.size();
    if (word.size() > static_cast<size_t>(settings.max_points_per_word)) return unknown(before);

    std::string bytes;
    std::vector<uint32_t> offsets{0};  // of each point in `bytes`, and the end
    for (const TextPoint& point : word) {
        append_utf8(bytes, point.point);
        offsets.push_back(static_cast<uint32_t>(bytes.size()));
    }
    const uint64_t prefix_hash = Vocabulary::hash_of(settings.prefix);
    std::vector<uint64_t> hashes;  // of the piece from `begin` up to each end
    for (size_t begin = 0; begin < word.size();) {
        const std::string_view prefix = begin == 0 ? std::string_view() : std::string_view(settings.prefix);
        uint64_t hash = begin == 0 ? Vocabulary::empty_hash : prefix_hash;
        hashes.clear();
        for (size_t end = begin + 1; end <= word.size(); ++end) {
            if (offsets[end] - offsets[begin] > vocabulary.longest_token_bytes()) break;
            hash =
                Vocabulary::hash_of({bytes.data() + offsets[end - 1], offsets[end] - offsets[end - 1]}, hash);
            hashes.push_back(hash);
        }
        size_t length = hashes.size();
        std::optional<int32_t> id;
        for (; length > 0; --length) {
            const std::string_view piece(bytes.data() + offsets[begin],
                                         offsets[begin + length] - offsets[begin]);
            if ((id = vocabulary.find(hashes[length - 1], prefix, piece))) break;
        }
        if (!id) return unknown(before);
        pieces.push_back({*id, word[begin].start, word[begin + length - 1].end});
        begin += length;
    }
}

}  // namespace weft
