#include "analysis/tokenizer/vocabulary.h"

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
    place(id, {entry.offset, entry.bytes});
}

void Vocabulary::insert_added(std::string_view token, int32_t id) {
    place(id, {static_cast<uint32_t>(arena_.size()), static_cast<uint32_t>(token.size())});
    arena_ += token;
}

void Vocabulary::place(int32_t id, Text text) {
    if (static_cast<size_t>(id) >= by_id_.size()) by_id_.resize(static_cast<size_t>(id) + 1);
    by_id_[static_cast<size_t>(id)] = text;
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

bool Vocabulary::has(int32_t id) const {
    return id >= 0 && id < size() && by_id_[static_cast<size_t>(id)].bytes != UINT32_MAX;
}

std::string_view Vocabulary::token(int32_t id) const {
    if (!has(id)) return {};
    const Text& text = by_id_[static_cast<size_t>(id)];
    return {arena_.data() + text.offset, text.bytes};
}

}  // namespace weft
