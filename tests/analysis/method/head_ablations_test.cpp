#include "analysis/method/head_ablations.h"

#include <catch2/catch.hpp>

#include "analysis/error.h"
#include "analysis/method/difference.h"
#include "tests/analysis/image/image_testing.h"

using namespace weft;
using Catch::Contains;

TEST_CASE("Ablated heads are read, sorted and written as they are read") {
    const std::vector<HeadAblation> heads =
        parse_ablations("3.11,0.2:mean,cross:1.0,encoder:10.4:mean,2.1:zero");
    REQUIRE(heads.size() == 5);
    CHECK(std::ranges::is_sorted(heads));
    CHECK(heads[0] == HeadAblation{AttentionKind::self, 0, 2, true});
    CHECK(heads[1] == HeadAblation{AttentionKind::self, 2, 1, false});
    CHECK(heads[2] == HeadAblation{AttentionKind::self, 3, 11, false});
    CHECK(heads[3] == HeadAblation{AttentionKind::encoder, 10, 4, true});
    CHECK(heads[4] == HeadAblation{AttentionKind::cross, 1, 0, false});
    CHECK(ablations_text(heads) == "0.2:mean,2.1,3.11,encoder:10.4:mean,cross:1.0");
    CHECK(parse_ablations(ablations_text(heads)) == heads);
    CHECK(has_mean(heads));
    CHECK_FALSE(has_mean(ablations_of_stack(heads, 1)));
    CHECK(ablations_of_stack(heads, 0).size() == 4);
    CHECK(ablations_title(heads) == " (without 5 heads)");
    CHECK(ablations_title({heads[1], heads[4]}) == " (without heads 2.1,cross:1.0)");
    CHECK(ablations_title({}).empty());
}

TEST_CASE("What is no head, and a head given twice, is wrong usage with the value") {
    for (const char* bad : {"", "3", "3.", ".3", "a.b", "3.5,", "-1.0", "3.5:", "3.5:max", "3.5.1",
                            "decode:3.5", "99999999999999999999.0", "3.5 ,1.1", "cross:encoder:1.1"}) {
        INFO(bad);
        CHECK_THAT(test::refusal_of([&] { parse_ablations(bad); }), Contains("is no head"));
    }
    CHECK_THAT(test::refusal_of([] { parse_ablations("3.5,1.0,3.5:mean"); }),
               Contains("3.5") && Contains("twice"));
}

TEST_CASE("The difference of attention is signed, and 0 where nothing is ablated") {
    AttentionBlock block;
    block.layers = 2, block.heads = 1, block.queries = 1, block.keys = 2;
    const auto layer = [](float a, float b) {
        return std::make_shared<const std::vector<float>>(std::vector{a, b});
    };
    block.layer_weights = {layer(0.75f, 0.25f), layer(0.5f, 0.5f)};
    const FrameTensor change = attention_difference(block, {layer(0.5f, 0.5f), layer(0.5f, 0.5f)});
    CHECK(change.shape == std::vector<int64_t>{2, 1, 1, 2});
    CHECK(*change.values == std::vector<float>{0.25f, -0.25f, 0, 0});
    CHECK(*attention_difference(block, {}).values == std::vector<float>(4, 0.0f));
    CHECK_FALSE(attention_difference(block, block.layer_weights, [] { return true; }).values);
}
