#include "app/token_line.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("a line of tokens has ids, tokens and spans in this order") {
    TokenStack stack;
    stack.tokens = {{101, "[CLS]", 0, 0, true}, {7592, "hé\"", 0, 4, false}};
    CHECK(token_line(stack) == R"({"ids":[101,7592],"tokens":["[CLS]","hé\""],"spans":[[0,0],[0,4]],"shares_character":[false,false]})");
    CHECK(token_line({}) == R"({"ids":[],"tokens":[],"spans":[],"shares_character":[]})");
    stack.tokens = {{1, "\xFF", 0, 1, false}};
    CHECK(token_line(stack).find("\xEF\xBF\xBD") != std::string::npos);
}
