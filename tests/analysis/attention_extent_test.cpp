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
