#include "analysis/attention_extent.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "analysis/error.h"
#include "tests/analysis/test_attention.h"

using namespace weft;
using namespace weft::test;
using Catch::Contains;

namespace {

constexpr uint64_t gib = uint64_t{1} << 30;

std::string hint_of(const std::function<void()>& what) {
    try {
        what();
    } catch (const Error& error) {
        return error.hint();
    }
    return "no error";
}

}  // namespace

TEST_CASE("what fits is the largest number that does") {
    for (const auto& [heads, tokens] : {std::pair<uint64_t, uint64_t>(12, 5000), {1, 40000}, {64, 2049}}) {
        const AttentionExtent size{12, heads, tokens, tokens};
        const std::string text = what_fits(size, gib);
        std::string digits = text.substr(0, text.find(' '));
        std::erase(digits, ',');
        const uint64_t fits = std::stoull(digits);
        CAPTURE(text);
        CHECK(AttentionExtent{1, heads, fits, fits}.layer_bytes() <= gib);
        CHECK(AttentionExtent{1, heads, fits + 1, fits + 1}.layer_bytes() > gib);
    }
    CHECK(what_fits({1, 64, 2049, 2049}, gib) == "2,048 tokens, or 63 heads of these would fit.");
    CHECK(what_fits({1, 4, 3000, 3000}, 36'000'000) == "1,500 tokens, or 1 head of these would fit.");
    CHECK(what_fits({1, 4, 8, 8}, 3) == "Not even one token would fit.");
}

TEST_CASE("of two texts what fits keeps their proportion, and every number of the message is its own") {
    // 3 heads of 400 queries x 1,000 keys: 4.8 MB a layer.
    const AttentionExtent size{5, 3, 400, 1000};
    CHECK(size.layer_bytes() == 4'800'000);
    CHECK(size.bytes() == 24'000'000);
    CHECK(what_fits(size, 4'800'000) == "400 tokens, or 3 heads of these would fit.");
    CHECK(what_fits(size, 4'799'999) == "399 tokens, or 2 heads of these would fit.");
    CHECK(what_fits(size, 1'200'000) == "200 tokens would fit.");
    CHECK(what_fits(size, 1'600'000) == "230 tokens, or 1 head of these would fit.");
    AttentionFrame frame;
    AttentionBlock block;
    block.layers = 5;
    block.heads = 3;
    block.queries = 400;
    block.keys = 1000;
    frame.blocks.push_back(block);
    CHECK_NOTHROW(check_drawable(frame, 4'800'000));
    CHECK_THROWS_WITH(check_drawable(frame, 1'600'000),
                      "attention of 3 heads x 400 x 1,000 tokens has 5 MB a layer, 2 MB can be drawn");
    CHECK(hint_of([&] { check_drawable(frame, 1'600'000); }) == "230 tokens, or 1 head of these would fit.");
    setenv("WEFT_MEMORY_LIMIT_MB", "8", 1);
    CHECK_THROWS_WITH(
        check_attention_memory(size, "the text"),
        "the text has attention of 5 layers x 3 heads x 400 x 1,000 tokens, which needs 24 MB of "
        "memory, 8 MB are free");
    CHECK(hint_of([&] { check_attention_memory(size, "the text"); }) ==
          "230 tokens, or 1 head of these would fit.");
    setenv("WEFT_MEMORY_LIMIT_MB", "24", 1);
    CHECK_NOTHROW(check_attention_memory(size, "the text"));
    unsetenv("WEFT_MEMORY_LIMIT_MB");
}

TEST_CASE("sizes beyond all numbers do not wrap round to small ones") {
    const uint64_t many = uint64_t{1} << 40;
    CHECK(AttentionExtent{1, many, many, many}.layer_bytes() == UINT64_MAX);
    CHECK(AttentionExtent{many, 1, 1000, 1000}.bytes() == 4'000'000 * many);
    CHECK(AttentionExtent{many, many, 1000, 1000}.bytes() == UINT64_MAX);
}

TEST_CASE("attention that cannot be drawn is refused with what would fit, 2,048 tokens are not") {
    AttentionFrame frame;
    AttentionBlock block;
    block.layers = 1;
    block.heads = 64;
    block.queries = block.keys = 2048;
    frame.blocks.push_back(block);
    CHECK_NOTHROW(check_drawable(frame, gib));
    frame.blocks[0].queries = frame.blocks[0].keys = 8192;
    CHECK_THROWS_WITH(check_drawable(frame, gib), Contains("64 heads x 8,192 tokens") && Contains("1.1 GB"));
    CHECK(hint_of([&] { check_drawable(frame, gib); }) == "2,048 tokens, or 4 heads of these would fit.");
}

TEST_CASE("attention that memory does not hold is refused with what would fit") {
    setenv("WEFT_MEMORY_LIMIT_MB", "10", 1);
    const AttentionExtent size{2, 5, 1000, 1000};  // 40 MB
    CHECK_THROWS_WITH(check_attention_memory(size, "the text"),
                      Contains("the text has attention of 2 layers x 5 heads x 1,000 tokens") &&
                          Contains("40 MB") && Contains("10 MB are free"));
    CHECK(hint_of([&] { check_attention_memory(size, "the text"); }) ==
          "500 tokens, or 1 head of these would fit.");
    CHECK_NOTHROW(check_attention_memory({2, 5, 500, 500}, "the text"));
    unsetenv("WEFT_MEMORY_LIMIT_MB");
}
