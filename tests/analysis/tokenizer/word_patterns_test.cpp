#include "analysis/tokenizer/word_patterns.h"

#include <catch2/catch.hpp>
#include <random>

#include "analysis/tokenizer/regex.h"
#include "analysis/tokenizer/unicode_classes.h"

using namespace weft;

namespace {

// Everything that the patterns tell apart, and any character.
std::vector<TextPoint> random_word(std::mt19937& random) {
    static constexpr char32_t telling[] = {'\'', 's', 'S',   0x17f,   't',    'r',     'e',    'v',  'm',
                                           'l',  'd', 'a',   0xe9,    0x4e00, '1',     '2',    0xb2, ' ',
                                           ' ',  ' ', '\n',  '\r',    '\t',   0xa0,    0x2028, 0x85, '.',
                                           '!',  '_', 0x301, 0x1f600, 0x200d, 0x11f04, 0x1c89};
    std::vector<TextPoint> word;
    const size_t length = 1 + random() % 24;
    while (word.size() < length) {
        char32_t point = telling[random() % std::size(telling)];
        if (random() % 8 == 0) point = static_cast<char32_t>(1 + random() % 0x10ffff);
        if (point < 0xd800 || point > 0xdfff) word.push_back({point, 0, 0});
    }
    return word;
}

std::vector<WordRange> found(const MatchFinder& find, const std::vector<TextPoint>& word) {
    std::vector<WordRange> matches;
    find(word, matches);
    return matches;
}

}  // namespace

TEST_CASE("the patterns written out find what their regular expressions do") {
    std::mt19937 random(4);
    for (const char* pattern : {gpt2_pattern, llama3_pattern, qwen2_pattern}) {
        INFO(pattern);
        const MatchFinder known = known_pattern(pattern).value(), regex = regex_finder(pattern, "test");
        for (int i = 0; i < 20'000; ++i) {
            const std::vector<TextPoint> word = random_word(random);
            if (found(known, word) == found(regex, word)) continue;
            std::string text;
            for (const TextPoint& point : word) append_utf8(text, point.point);
            FAIL(text);
        }
    }
    CHECK_FALSE(known_pattern("x"));
}

TEST_CASE("regular expressions know the letters and digits of the tables") {
    const MatchFinder letters = regex_finder("\\p{L}", "test"), others = regex_finder("[\\P{L}]", "test"),
                      numbers = regex_finder("\\p{N}", "test");
    size_t letter_total = 0;
    for (char32_t point = 1; point < 0x110000; point += point < 0x3000 ? 1 : 7) {
        if (point >= 0xd800 && point <= 0xdfff) continue;
        const std::vector<TextPoint> word{{point, 0, 0}};
        const bool is_letter = unicode_classes::is_letter(point);
        letter_total += is_letter ? 1 : 0;
        if (found(letters, word).empty() == is_letter || found(others, word).empty() != is_letter ||
            found(numbers, word).empty() == unicode_classes::is_number(point))
            FAIL(std::to_string(point));
    }
    CHECK(letter_total > 10'000);
}
