#include "analysis/tokenizer/bpe.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <utility>

#include "analysis/error.h"

namespace weft {
namespace {

struct Symbol {
    int32_t id = -1;              // -1: merged into its left neighbour
    uint32_t begin = 0, end = 0;  // points of the word
    int32_t previous = -1, next = -1;
};

struct Candidate {
    uint32_t rank = 0, position = 0;
    int32_t id = -1;
    // std::push_heap keeps the greatest on top.
    bool operator<(const Candidate& other) const {
        return rank != other.rank ? rank > other.rank : position > other.position;
    }
};

std::string quoted(std::string_view token) {
    return "\"" + std::string(token.substr(0, 80)) + "\"";
}

}  // namespace

struct Bpe::Scratch {
    std::string spelled;
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
};

size_t MergeTable::slot_of(uint64_t key) const {
    uint64_t hash = key * 0x9e3779b97f4a7c15ull;
    hash ^= hash >> 32;
    size_t at = hash & (slots_.size() - 1);
    while (slots_[at].merge.id >= 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return at;
}

void MergeTable::reserve(size_t merges) {
    const size_t slots = std::bit_ceil(std::max<size_t>(64, merges * 2));
    if (slots <= slots_.size()) return;
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots));
    for (const Slot& slot : old)
        if (slot.merge.id >= 0) slots_[slot_of(slot.key)] = slot;
}

void MergeTable::add(int32_t left, int32_t right, int32_t id) {
    if ((used_ + 1) * 2 > slots_.size()) reserve(std::max<size_t>(64, slots_.size()));
    const uint64_t key = key_of(left, right);
    Slot& slot = slots_[slot_of(key)];
    if (slot.merge.id < 0) ++used_;
    slot = {key, {next_rank_++, id}};
}

MergeTable::Merge MergeTable::find(int32_t left, int32_t right) const {
    if (slots_.empty()) return {};
    return slots_[slot_of(key_of(left, right))].merge;
}

Bpe::Bpe(const Vocabulary& vocabulary, BpeSettings settings, const std::string& source)
    : vocabulary_(vocabulary), settings_(std::move(settings)), source_(source) {
    if (!settings_.unknown_token.empty()) {
        const std::optional<int32_t> id = vocabulary.find(settings_.unknown_token);
        if (!id)
            throw Error("\"" + source + "\": the unknown token " + quoted(settings_.unknown_token) +
                        " is not in the vocabulary");
        unknown_id_ = *id;
    }
    for (size_t byte = 0; byte < byte_ids_.size(); ++byte) {
        char name[8];
        std::snprintf(name, sizeof(name), "<0x%02X>", static_cast<unsigned>(byte));
        byte_ids_[byte] = vocabulary.find(name).value_or(-1);
    }
    for (size_t point = 0; point < common_ids_.size(); ++point) {
        std::string character;
        append_utf8(character, static_cast<char32_t>(point));
        common_ids_[point] = vocabulary.find(character).value_or(-1);
    }
}

void Bpe::add_merge(std::string_view left, std::string_view right) {
    const auto missing = [&](const std::string& token) {
        throw Error("\"" + source_ + "\": the merge of " + quoted(left) + " and " + quoted(right) +
                    " needs " + token + ", which the vocabulary lacks");
    };
    const uint64_t left_hash = Vocabulary::hash_of(left);
    const std::optional<int32_t> left_id = vocabulary_.find(left_hash, {}, left),
                                 right_id = vocabulary_.find(right);
    if (!left_id) missing(quoted(left));
    if (!right_id) missing(quoted(right));
    if (right.size() < settings_.continuing_prefix.size()) missing("a longer right side");
    const std::string_view tail = right.substr(settings_.continuing_prefix.size());
    const std::optional<int32_t> id = vocabulary_.find(Vocabulary::hash_of(tail, left_hash), left, tail);
    if (!id) missing(quoted(std::string(left) + std::string(tail)));
    merges_.add(*left_id, *right_id, *id);
}

void Bpe::add_merge(std::string_view line) {
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos)
        throw Error("\"" + source_ + "\": merge " + quoted(line) + " is not two tokens with a space between");
    add_merge(line.substr(0, space), line.substr(space + 1));
}

int32_t Bpe::id_of(char32_t point, bool first, bool last, std::string& spelled) const {
    const bool plain =
        (first || settings_.continuing_prefix.empty()) && (!last || settings_.end_suffix.empty());
    if (plain && point < common_ids_.size() && common_ids_[point] >= 0) return common_ids_[point];
    spelled.clear();
    if (!first) spelled = settings_.continuing_prefix;
    append_utf8(spelled, point);
    if (last) spelled += settings_.end_suffix;
    return vocabulary_.find(spelled).value_or(-1);
}

void Bpe::spell(std::span<const TextPoint> word, Scratch& scratch) const {
    std::vector<Symbol>& symbols = scratch.symbols;
    symbols.clear();
    std::optional<WordRange> unknown;  // not yet a symbol: the next may join it
    const auto flush = [&] {
        if (unknown) symbols.push_back({unknown_id_, unknown->begin, unknown->end});
        unknown.reset();
    };
    for (uint32_t i = 0; i < word.size(); ++i) {
        const int32_t id = id_of(word[i].point, i == 0, i + 1 == word.size(), scratch.spelled);
        if (id >= 0) {
            flush();
            symbols.push_back({id, i, i + 1});
            continue;
        }
        if (settings_.has_byte_fallback &&
            std::all_of(scratch.spelled.begin(), scratch.spelled.end(),
                        [&](char byte) { return byte_ids_[static_cast<uint8_t>(byte)] >= 0; })) {
            for (const char byte : scratch.spelled)
                symbols.push_back({byte_ids_[static_cast<uint8_t>(byte)], i, i + 1});
            continue;
        }
        if (unknown_id_ < 0) continue;
        if (unknown && settings_.fuses_unknown) {
            unknown->end = i + 1;
        } else {
            flush();
            unknown = WordRange{i, i + 1};
        }
    }
    flush();
    for (size_t i = 0; i < symbols.size(); ++i) {
        symbols[i].previous = static_cast<int32_t>(i) - 1;
        symbols[i].next = i + 1 < symbols.size() ? static_cast<int32_t>(i) + 1 : -1;
    }
}

void Bpe::merge(Scratch& scratch) const {
    std::vector<Symbol>& symbols = scratch.symbols;
    std::vector<Candidate>& heap = scratch.heap;
    heap.clear();
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
        const MergeTable::Merge found = merges_.find(symbols[i].id, symbols[i + 1].id);
        if (found.id >= 0) heap.push_back({found.rank, static_cast<uint32_t>(i), found.id});
    }
    std::make_heap(heap.begin(), heap.end());
    const auto propose = [&](int32_t left, int32_t right) {
        const MergeTable::Merge found =
            merges_.find(symbols[static_cast<size_t>(left)].id, symbols[static_cast<size_t>(right)].id);
        if (found.id < 0) return;
        heap.push_back({found.rank, static_cast<uint32_t>(left), found.id});
        std::push_heap(heap.begin(), heap.end());
    };
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end());
        const Candidate best = heap.back();
        heap.pop_back();
        Symbol& left = symbols[best.position];
        if (left.id < 0 || left.next < 0) continue;
        Symbol& right = symbols[static_cast<size_t>(left.next)];
        if (merges_.find(left.id, right.id).id != best.id) continue;  // a neighbour has changed since
        left.id = best.id;
        left.end = right.end;
        left.next = right.next;
        right.id = -1;
        const int32_t at = static_cast<int32_t>(best.position);
        if (left.next >= 0) symbols[static_cast<size_t>(left.next)].previous = at;
        if (left.previous >= 0) propose(left.previous, at);
        if (left.next >= 0) propose(at, left.next);
    }
}

void Bpe::append(std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) const {
    if (word.empty()) return;
    static thread_local Scratch scratch;
    if (settings_.takes_whole_words) {
        scratch.spelled.clear();
        for (const TextPoint& point : word) append_utf8(scratch.spelled, point.point);
        if (const std::optional<int32_t> id = vocabulary_.find(scratch.spelled)) {
            pieces.push_back({*id, word.front().start, word.back().end});
            return;
        }
    }
    spell(word, scratch);
    merge(scratch);
    for (const Symbol& symbol : scratch.symbols)
        if (symbol.id >= 0) pieces.push_back({symbol.id, word[symbol.begin].start, word[symbol.end - 1].end});
}

}  // namespace weft
