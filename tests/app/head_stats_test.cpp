#include "app/head_stats.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace weft;

namespace {

TextStackPlan plan_of(std::vector<float> values, uint32_t slices, uint32_t n) {
    TextStackPlan plan;
    plan.blocks.push_back({std::make_shared<const std::vector<float>>(std::move(values)), slices, n, n});
    plan.layers.resize(1);
    plan.layers[0].sink_keys.assign(n, false);
    return plan;
}

}  // namespace

TEST_CASE("uniform rows have the entropy ln n and a sink takes its share") {
    TextStackPlan plan = plan_of(std::vector<float>(16, 0.25f), 1, 4);
    plan.layers[0].sink_keys[0] = true;
    plan.layers[0].threshold = plan.layers[0].selection.threshold = 0.25f;
    plan.layers[0].selection.column_mask =
        std::make_shared<const std::vector<uint32_t>>(std::vector<uint32_t>{1u});
    const HeadStats stats = head_stats(plan, 0, 0);
    CHECK(stats.mean_entropy == Approx(std::log(4.0)));
    CHECK(stats.to_sinks == Approx(0.25));
    CHECK(stats.lines == 12);
    CHECK(stats.threshold == 0.25f);
}

TEST_CASE("every line of the selection's test counts") {
    const TextStackPlan plan = plan_of({0.5f, 0.5f, 0.1f, 0.9f, 1.0f, 0.0f, 0.3f, 0.7f}, 2, 2);
    const WeightBlock& block = plan.blocks[0];
    FlowSelection selection;
    selection.threshold = 0.5f;
    CHECK(is_drawn(selection, block, 0, 0, 1));
    CHECK_FALSE(is_drawn(selection, block, 0, 1, 0));
    selection.row_thresholds =
        std::make_shared<const std::vector<float>>(std::vector<float>{0.6f, 0.6f, 0.6f, 0.6f});
    CHECK_FALSE(is_drawn(selection, block, 0, 0, 1));
    selection.row_thresholds = nullptr;
    selection.slice_mask = std::make_shared<const std::vector<uint32_t>>(std::vector<uint32_t>{2u});
    CHECK_FALSE(is_drawn(selection, block, 0, 0, 1));
    CHECK(is_drawn(selection, block, 1, 0, 0));
    selection.band = 0;
    CHECK_FALSE(is_drawn(selection, block, 1, 0, 0));
    selection.band = -1;
    selection.only_row = 1;
    CHECK_FALSE(is_drawn(selection, block, 1, 0, 0));
    CHECK(is_drawn(selection, block, 1, 1, 1));
}

TEST_CASE("of a part of two texts the share of the head's weight is told, all else of the whole head") {
    TextStackPlan plan = plan_of({0.1f, 0.9f, 0.7f, 0.3f}, 1, 2);
    plan.segments.queries_out = {false, true};
    plan.segments.keys_out = {true, false};
    plan.segments.query_mask = mask_of(plan.segments.queries_out, true);
    plan.layers[0].sink_keys[0] = true;
    const HeadStats stats = head_stats(plan, 0, 0);
    CHECK(stats.kept == Approx(0.45));
    CHECK(stats.to_sinks == Approx(0.4));
    plan.segments = {};
    CHECK(head_stats(plan, 0, 0).kept == 1.0);
}
