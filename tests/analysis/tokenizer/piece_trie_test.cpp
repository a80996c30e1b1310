#include "analysis/tokenizer/piece_trie.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

using weft::PieceTrie;

TEST_CASE("every piece that a text begins with is found, the shortest first") {
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        std::map<std::string, int32_t> last;
        std::vector<std::string> texts;
        const int letters = round % 2 == 0 ? 2 : 200;
        const auto word = [&](size_t longest) {
            std::string text;
            for (size_t left = random() % (longest + 1); left > 0; --left)
                text += static_cast<char>(random() % static_cast<unsigned>(letters));
            return text;
        };
        for (int i = 0; i < 300; ++i) texts.push_back(word(7));
        std::vector<PieceTrie::Piece> pieces;
        for (size_t i = 0; i < texts.size(); ++i) {
            pieces.push_back({texts[i], static_cast<int32_t>(i)});
            last[texts[i]] = static_cast<int32_t>(i);
        }
        const PieceTrie trie(pieces);
        for (int i = 0; i < 300; ++i) {
            const std::string text = i % 2 == 0 ? word(10) : texts[static_cast<size_t>(i)] + word(2);
            std::vector<std::pair<size_t, int32_t>> found, expected;
            trie.for_each_prefix(text, [&](size_t size, int32_t value) { found.emplace_back(size, value); });
            for (size_t size = 1; size <= text.size(); ++size)
                if (const auto piece = last.find(text.substr(0, size)); piece != last.end())
                    expected.emplace_back(size, piece->second);
            REQUIRE(found == expected);
            REQUIRE(trie.find(text) == (last.contains(text) && !text.empty() ? last[text] : -1));
        }
    }
}

TEST_CASE("an empty vocabulary matches nothing") {
    REQUIRE(PieceTrie().find("a") == -1);
    REQUIRE(PieceTrie({{"", 0}}).find("") == -1);
}
