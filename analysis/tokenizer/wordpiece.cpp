#include "analysis/tokenizer/wordpiece.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace weft {

void Vocabulary::grow(size_t slots) {
    std::vector<Entry> old = std::exchange(slots_, std::vector<Entry>(slots));
    for (const Entry& entry : old) {
        if (entry.id < 0) continue;
        size_t at = entry.hash & (slots - 1);
        while (slots_[at].id >= 0) at = (at + 1) & (slots - 1);
        slots_[at] = entry;
    }
}

void Vocabulary::reserve(size_t tokens) {
    const size_t slots = std::bit_ceil(std::max<size_t>(64, tokens * 2));
    if (slots > slots_.size()) grow(slots);
    by_id_.reserve(tokens);
    arena_.reserve(tokens * 8);
}

void Vocabulary::insert(std::string_view token, int32_t id) {
    if ((used_ + 1) * 2 > slots_.size()) grow(std::max<size_t>(64, slots_.size() * 2));
    const uint64_t hash = hash_of(token);
    size_t at = hash & (slots_.size() - 1);
    while (slots_[at].id >= 0 && !(slots_[at].hash == hash && text(slots_[at]) == token))
        at = (at + 1) & (slots_.size() - 1);
    Entry& entry = slots_[at];
    if (entry.id < 0) {
        entry = {hash, static_cast<uint32_t>(arena_.size()), static_cast<uint32_t>(token.size()), id};
        arena_ += token;
        ++used_;
        longest_ = std::max(longest_, token.size());
    }
    entry.id = id;
    if (static_cast<size_t>(id) >= by_id_.size()) by_id_.resize(static_cast<size_t>(id) + 1);
    by_id_[static_cast<size_t>(id)] = entry;
}

std::optional<int32_t> Vocabulary::find(uint64_t hash, std::string_view prefix,
                                        std::string_view piece) const {
    if (slots_.empty()) return std::nullopt;
    for (size_t at = hash & (slots_.size() - 1); slots_[at].id >= 0; at = (at + 1) & (slots_.size() - 1)) {
        if (slots_[at].hash != hash) continue;
        const std::string_view token = text(slots_[at]);
        if (token.size() == prefix.size() + piece.size() && token.starts_with(prefix) &&
            token.ends_with(piece))
            return slots_[at].id;
    }
    return std::nullopt;
}

std::optional<int32_t> Vocabulary::find(std::string_view token) const {
    return find(hash_of(token), {}, token);
}

std::string_view Vocabulary::token(int32_t id) const {
    if (id < 0 || id >= size() || by_id_[static_cast<size_t>(id)].id < 0) return {};
    return text(by_id_[static_cast<size_t>(id)]);
}

void append_wordpieces(std::span<const TextPoint> word, const Vocabulary& vocabulary,
                       const WordPieceSettings& settings, std::vector<WordPiece>& pieces) {
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
