#include "app/head_list.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/method/patterns.h"
#include "app/layer_curves.h"
#include "scenes/collapse.h"
#include "tests/scenes/synthetic_frame.h"

using namespace weft;

namespace {

FrameTensor tensor(std::vector<int64_t> shape, std::vector<float> values) {
    return {std::move(shape), std::make_shared<const std::vector<float>>(std::move(values))};
}

AttentionBlock block_of(int layers, int heads, int tokens) {
    return synthetic::frame(layers, heads, tokens, synthetic::uniform())->blocks[0];
}

}  // namespace

TEST_CASE("the table of heads holds the means of what was computed and gaps for the rest") {
    AttentionBlock block = block_of(2, 2, 3);
    block.quantities["entropy"] = tensor({2, 2, 3}, {1, 2, 3, 0, 0, 0, 4, 4, 4, 5, 6, 7});
    block.quantities["head_importance"] = tensor({2, 2}, {0.5f, 0.25f, 4, 8});
    std::vector<HeadListRow> rows = head_list(block, {{AttentionKind::self, 1, 0, true}});
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].entropy == 2.0);
    CHECK(rows[3].entropy == 6.0);
    CHECK(rows[2].importance == 4.0);
    CHECK(std::isnan(rows[0].distance));
    CHECK(rows[0].pattern.empty());
    CHECK_FALSE(rows[3].ablation);
    REQUIRE(rows[2].ablation);
    CHECK(rows[2].ablation->to_mean);

    block.quantities["attention_distance"] = tensor({2, 2, 2}, {1, 2, 3});  // not what its shape says
    CHECK(std::isnan(head_list(block, {})[0].distance));
}

TEST_CASE("a head's pattern is the one of greatest excess, named from a quarter on") {
    AttentionBlock block = block_of(1, 2, 3);
    std::vector<float> scores(2 * pattern_count, 0.3f);
    const std::vector<float> uniform(2 * pattern_count, 0.3f);
    scores[size_t(Pattern::previous)] = 0.9f;
    scores[pattern_count + size_t(Pattern::first)] = 0.4f;
    block.quantities["patterns"] = tensor({1, 2, pattern_count}, scores);
    block.quantities["patterns.uniform"] = tensor({1, 2, pattern_count}, uniform);
    const std::vector<HeadListRow> rows = head_list(block, {});
    CHECK(rows[0].pattern == "previous");
    CHECK(rows[0].excess == Approx(0.6));
    CHECK(rows[0].is_named);
    CHECK(rows[1].pattern == "first");
    CHECK_FALSE(rows[1].is_named);
}

TEST_CASE("heads are sorted by any column, gaps last, equal ones as they were") {
    AttentionBlock block = block_of(2, 2, 2);
    block.quantities["head_importance"] = tensor({2, 2}, {1, 3, NAN, 3});
    std::vector<HeadListRow> rows = head_list(block, {});
    const auto order = [&] {
        std::string text;
        for (const HeadListRow& row : rows)
            text += std::to_string(row.layer) + "." + std::to_string(row.head) + " ";
        return text;
    };
    sort_heads(rows, HeadColumn::importance, true);
    CHECK(order() == "0.1 1.1 0.0 1.0 ");
    sort_heads(rows, HeadColumn::importance, false);
    CHECK(order() == "0.0 0.1 1.1 1.0 ");
    sort_heads(rows, HeadColumn::name, true);
    CHECK(order() == "1.1 1.0 0.1 0.0 ");
    sort_heads(rows, HeadColumn::entropy, true);  // nothing but gaps
    CHECK(order() == "1.1 1.0 0.1 0.0 ");
    rows[0].pattern = rows[2].pattern = "previous";
    rows[1].pattern = "first";
    rows[0].is_named = rows[1].is_named = rows[2].is_named = true;
    rows[0].excess = 0.3;
    rows[1].excess = 0.9;
    rows[2].excess = 0.7;
    rows[3].excess = 0.1;
    sort_heads(rows, HeadColumn::pattern, false);
    CHECK(rows[0].pattern == "first");
    CHECK(rows[1].pattern == "previous");
    CHECK(rows[3].excess == 0.1);
}

TEST_CASE("a layer collapses when the mean distance between its heads is under the bound") {
    AttentionBlock block = block_of(2, 2, 2);
    CHECK(collapsed_layers(block).empty());
    block.quantities["head_distance.within"] = tensor({2, 2, 2}, {0, 0.013f, 0.013f, 0, 0, 0.06f, 0.06f, 0});
    const std::vector<Collapse> collapsed = collapsed_layers(block);
    REQUIRE(collapsed.size() == 1);
    CHECK(collapsed[0].layer == 0);
    CHECK(collapsed[0].mean_distance == Approx(0.013));
    CHECK(collapse_text(collapsed[0]) ==
          "layer 0: its heads attend alike, mean distance 0.013 nats, bound 0.02");
    AttentionBlock alone = block_of(1, 1, 2);
    alone.quantities["head_distance.within"] = tensor({1, 1, 1}, {0});
    CHECK(collapsed_layers(alone).empty());
    CHECK(collapse_summary({}).empty());
    CHECK(collapse_summary(collapsed) == "layer 0: its heads attend alike");
    CHECK(collapse_summary({{1, 0}, {3, 0}, {4, 0}, {5, 0}, {7, 0}, {8, 0}}) ==
          "layers 1, 3, 4, 5 and 2 more: their heads attend alike");
}

TEST_CASE("layer curves are means over heads and shares of the first token") {
    AttentionBlock block = block_of(2, 2, 4);
    CHECK(attention_on_first(block) == std::vector<double>{0.25, 0.25});
    CHECK(rollout_on_first(block).empty());
    CHECK(curve_over_heads(block, "entropy").is_empty());
    block.quantities["head_importance"] = tensor({2, 2}, {1, 3, 5, 5});
    const LayerCurve curve = curve_over_heads(block, "head_importance");
    CHECK(curve.mean == std::vector<double>{2.0, 5.0});
    CHECK(curve.low == std::vector<double>{1.0, 5.0});
    CHECK(curve.high == std::vector<double>{3.0, 5.0});
    std::vector<float> identity(2 * 16, 0.0f);
    for (size_t i = 0; i < 32; i += 16)
        for (size_t k = 0; k < 4; ++k) identity[i + 5 * k] = 1.0f;
    block.quantities["rollout"] = tensor({2, 4, 4}, identity);
    CHECK(rollout_on_first(block) == std::vector<double>{0.25, 0.25});
}
