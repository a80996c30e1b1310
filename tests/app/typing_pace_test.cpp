#include "app/typing_pace.h"

#include <catch2/catch.hpp>
#include <string>

using namespace weft;

TEST_CASE("a sentence is typed at six to nine keys a second, twice at the same times") {
    const std::string text = "The animal didn't cross the street because it was too tired.";
    const TypingPace pace = typing_pace(text);
    REQUIRE(pace.times_s.size() == text.size());
    const double rate = double(text.size() - 1) / (pace.times_s.back() - pace.times_s.front());
    CHECK(rate > 7.0);
    CHECK(rate < 9.0);
    CHECK(pace.duration_s == pace.times_s.back());
    for (size_t k = 1; k < pace.times_s.size(); ++k) {
        const double gap_s = pace.times_s[k] - pace.times_s[k - 1];
        CHECK(gap_s > 0.05);
        CHECK(gap_s < 0.6);
    }
    CHECK(typing_pace(text).times_s == pace.times_s);
    CHECK(typing_pace("tttt").times_s[2] - typing_pace("tttt").times_s[1] !=
          Approx(typing_pace("tttt").times_s[1] - typing_pace("tttt").times_s[0]));
}

TEST_CASE("a full stop takes longer than a letter") {
    const TypingPace pace = typing_pace("ab. cd");
    CHECK(pace.times_s[3] - pace.times_s[2] > 2 * (pace.times_s[1] - pace.times_s[0]));
}

TEST_CASE("an emoji is one key, and what is typed never ends inside it") {
    const std::string text = "a👨‍👩‍👧b";
    const TypingPace pace = typing_pace(text);
    REQUIRE(pace.ends == std::vector<size_t>{1, text.size() - 1, text.size()});
    CHECK(typed_bytes(pace, 0.0) == 0);
    CHECK(typed_bytes(pace, pace.times_s[1]) == text.size() - 1);
    CHECK(typed_bytes(pace, pace.times_s[1] - 1e-9) == 1);
    CHECK(typed_bytes(pace, 1e9) == text.size());
}

TEST_CASE("an empty text takes no time") {
    CHECK(typing_pace("").duration_s == 0.0);
    CHECK(typed_bytes(typing_pace(""), 5.0) == 0);
}
