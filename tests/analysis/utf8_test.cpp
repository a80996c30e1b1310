#include "analysis/utf8.h"

#include <catch2/catch.hpp>

#include "analysis/error.h"

using namespace weft;

TEST_CASE("what is not well-formed UTF-8 is found at its first byte") {
    for (const std::string& bad :
         {std::string("\xFF"), std::string("\xC3"), std::string("\xED\xA0\x80"), std::string("\xC0\xAF"),
          std::string("\xE0\x9F\xBF"), std::string("\xF0\x8F\xBF\xBF"), std::string("\xF4\x90\x80\x80"),
          std::string("\x80")}) {
        CHECK(first_invalid_utf8(bad) == 0u);
        CHECK(first_invalid_utf8("ok" + bad) == 2u);
        CHECK_THROWS_AS(decode_utf8("ok" + bad), Error);
    }
    CHECK(first_invalid_utf8("") == std::nullopt);
    CHECK(first_invalid_utf8("\xF0\x9F\x98\x80 \xEF\xBF\xBF") == std::nullopt);
}

TEST_CASE("every code point comes back from its bytes") {
    for (char32_t point = 0; point <= 0x10FFFF; point += point < 0x11000 ? 1 : 251) {
        if (point >= 0xD800 && point < 0xE000) continue;
        std::string text;
        append_utf8(text, point);
        REQUIRE(decode_utf8(text) == std::vector<TextPoint>{{point, 0, static_cast<uint32_t>(text.size())}});
    }
}
