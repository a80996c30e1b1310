#include "analysis/tokenizer/word_patterns.h"

#include "analysis/tokenizer/unicode_classes.h"

namespace weft {

const char* const gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
const char* const llama3_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
const char* const qwen2_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

namespace {

using namespace unicode_classes;
using Word = std::span<const TextPoint>;

enum class Kind : uint8_t { letter, number, space, other };

Kind kind(char32_t point) {
    const uint8_t bits = classes(point);
    if ((bits & letter_bit) != 0) return Kind::letter;
    if ((bits & number_bit) != 0) return Kind::number;
    return (bits & whitespace_bit) != 0 ? Kind::space : Kind::other;
}

uint32_t run_end(Word word, uint32_t at, Kind wanted) {
    while (at < word.size() && kind(word[at].point) == wanted) ++at;
    return at;
}

bool is_newline(char32_t point) {
    return point == '\r' || point == '\n';
}

char32_t lowered(char32_t point) {
    if (point == 0x17f) return 's';  // the long s, whose upper case is S
    return point >= 'A' && point <= 'Z' ? point + 0x20 : point;
}

// 's 't 're 've 'm 'll 'd; the end of it, or `at`.
uint32_t contraction_end(Word word, uint32_t at, bool any_case) {
    const auto letter = [&](uint32_t i) -> char32_t {
        if (i >= word.size()) return 0;
        return any_case ? lowered(word[i].point) : word[i].point;
    };
    if (word[at].point != '\'') return at;
    const char32_t first = letter(at + 1), second = letter(at + 2);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return at + 2;
    if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l'))
        return at + 3;
    return at;
}

// \s+(?!\S)|\s+ : a run of spaces leaves its last one to the word after it.
uint32_t spaces_end(Word word, uint32_t at) {
    const uint32_t end = run_end(word, at, Kind::space);
    return end < word.size() && end - at > 1 ? end - 1 : end;
}

uint32_t gpt2_end(Word word, uint32_t at) {
    if (const uint32_t end = contraction_end(word, at, false); end > at) return end;
    const uint32_t first = word[at].point == ' ' ? at + 1 : at;
    if (first < word.size())
        if (const Kind wanted = kind(word[first].point); wanted != Kind::space)
            return run_end(word, first, wanted);
    return spaces_end(word, at);
}

uint32_t llama3_end(Word word, uint32_t at, uint32_t max_digits) {
    if (const uint32_t end = contraction_end(word, at, true); end > at) return end;
    const char32_t point = word[at].point;
    const Kind here = kind(point);
    const auto is = [&](uint32_t i, Kind wanted) { return i < word.size() && kind(word[i].point) == wanted; };
    if (here == Kind::letter) return run_end(word, at, Kind::letter);
    if (here != Kind::number && !is_newline(point) && is(at + 1, Kind::letter))
        return run_end(word, at + 1, Kind::letter);
    if (here == Kind::number) {
        uint32_t end = at + 1;
        while (end - at < max_digits && is(end, Kind::number)) ++end;
        return end;
    }
    if (here == Kind::other || (point == ' ' && is(at + 1, Kind::other))) {
        uint32_t end = run_end(word, at + (here == Kind::other ? 0 : 1), Kind::other);
        while (end < word.size() && is_newline(word[end].point)) ++end;
        return end;
    }
    for (uint32_t end = run_end(word, at, Kind::space); end > at; --end)  // \s*[\r\n]+
        if (is_newline(word[end - 1].point)) return end;
    return spaces_end(word, at);
}

template <class End>
MatchFinder finder(End end) {
    return [end](Word word, std::vector<WordRange>& matches) {
        matches.reserve(word.size() / 4);
        for (uint32_t at = 0; at < word.size();) {
            const uint32_t next = end(word, at);
            matches.push_back({at, next});
            at = next;
        }
    };
}

}  // namespace

std::optional<MatchFinder> known_pattern(std::string_view pattern) {
    if (pattern == gpt2_pattern) return finder(gpt2_end);
    if (pattern == llama3_pattern)
        return finder([](Word word, uint32_t at) { return llama3_end(word, at, 3); });
    if (pattern == qwen2_pattern)
        return finder([](Word word, uint32_t at) { return llama3_end(word, at, 1); });
    return std::nullopt;
}

}  // namespace weft
