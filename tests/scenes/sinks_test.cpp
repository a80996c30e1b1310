#include "scenes/sinks.h"

#include <catch2/catch.hpp>

using namespace weft;

namespace {

std::vector<Token> tokens_with_special(std::initializer_list<bool> special) {
    std::vector<Token> tokens;
    for (const bool s : special) {
        tokens.emplace_back();
        tokens.back().special = s;
    }
    return tokens;
}

}  // namespace

TEST_CASE("only special tokens and the first position can be sinks") {
    const auto candidates = sink_candidates(tokens_with_special({false, false, true, false}), 5);
    CHECK(candidates == std::vector<bool>{true, false, true, false, false});
    CHECK(sink_candidates({}, 0).empty());
}

TEST_CASE("a key becomes a sink at twice the uniform share and stays one down to one and a half") {
    const std::vector<bool> candidates(4, true), none(4, false), all(4, true);
    const std::vector<double> share{0.50, 0.49, 0.375, 0.374};
    CHECK(find_sinks(share, candidates, none) == std::vector<bool>{true, false, false, false});
    CHECK(find_sinks(share, candidates, all) == std::vector<bool>{true, true, true, false});
    CHECK(find_sinks(share, none, all) == none);
}

TEST_CASE("while typing the last special token carries its state to its new place") {
    const auto before = tokens_with_special({true, false, true});
    const auto now = tokens_with_special({true, false, false, false, true});
    CHECK(carry_sinks(before, {false, false, true}, now, 5) ==
          std::vector<bool>{false, false, false, false, true});
    CHECK(carry_sinks(before, {true, false, false}, now, 5) ==
          std::vector<bool>{true, false, false, false, false});
    CHECK(carry_sinks(before, {}, now, 5) == std::vector<bool>(5, false));
}

TEST_CASE("a first position that is not special carries its state too") {
    const auto tokens = tokens_with_special({false, false});
    CHECK(carry_sinks(tokens, {true, false}, tokens, 2) == std::vector<bool>{true, false});
}
