#include "scenes/merged_rows.h"

#include <catch2/catch.hpp>

#include "scenes/level_of_detail.h"
#include "scenes/near_lines.h"
#include "scenes/neighbours.h"
#include "scenes/text_stack.h"
#include "selection_twin.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

// A block line as the design says it: the mean over its queries of the summed weight of its keys.
double block_line(const WeightBlock& exact, uint32_t tokens, const std::vector<bool>& left_out, uint32_t head,
                  uint32_t block_row, uint32_t block_column) {
    double sum = 0.0, rows = 0.0;
    for (uint32_t i = block_row * tokens; i < std::min((block_row + 1) * tokens, exact.rows); ++i) {
        rows += 1.0;
        for (uint32_t j = block_column * tokens; j < std::min((block_column + 1) * tokens, exact.columns);
             ++j)
            if (!left_out[j])
                sum +=
                    static_cast<double>((*exact.values)[(size_t{head} * exact.rows + i) * exact.columns + j]);
    }
    return sum / rows;
}

}  // namespace

TEST_CASE("rows merge from 161 tokens on, into at most 128 blocks of equal size") {
    CHECK(tokens_per_block(1) == 1);
    CHECK(tokens_per_block(160) == 1);
    CHECK(tokens_per_block(161) == 2);
    CHECK(tokens_per_block(256) == 2);
    CHECK(tokens_per_block(257) == 3);
    CHECK(tokens_per_block(512) == 4);
    CHECK(tokens_per_block(2048) == 16);
}

TEST_CASE("a block line is the mean over its queries of the summed weight of its keys, sinks apart") {
    for (const int tokens : {161, 163, 200, 257}) {
        const auto frame = synthetic::frame(1, 3, tokens, synthetic::random(unsigned(tokens), 2.5f, 40.0f));
        const auto n = static_cast<uint32_t>(tokens);
        const WeightBlock exact{frame->blocks[0].layer_weights[0], 3, n, n};
        const auto size = static_cast<uint32_t>(tokens_per_block(tokens));
        const auto merged = merge_rows(exact, size, {0, n - 1});
        std::vector<bool> sinks(n, false), none(n, false);
        sinks[0] = true;
        std::vector<bool> all_but_sinks(n, true);
        all_but_sinks[0] = false;
        const WeightBlock others = merged->without(sinks), only = merged->only(sinks), all = merged->all();
        CAPTURE(tokens, size);
        REQUIRE(others.rows == (n + size - 1) / size);
        double most = 0.0;
        const float *a = others.values->data(), *b = only.values->data(), *c = all.values->data();
        for (uint32_t h = 0; h < 3; ++h)
            for (uint32_t i = 0; i < others.rows; ++i)
                for (uint32_t j = 0; j < others.columns; ++j, ++a, ++b, ++c) {
                    most = std::max(most, std::abs(double(*a) - block_line(exact, size, sinks, h, i, j)));
                    most = std::max(most,
                                    std::abs(double(*b) - block_line(exact, size, all_but_sinks, h, i, j)));
                    most = std::max(most, std::abs(double(*c) - block_line(exact, size, none, h, i, j)));
                }
        CHECK(most < 1e-6);
        for (uint32_t h = 0; h < 3; ++h) {
            double sum = 0.0;
            for (uint32_t i = 0; i < n; ++i) sum += double((*exact.values)[(size_t{h} * n + i) * n + 5]);
            CHECK(merged->column_sums[size_t{h} * n + 5] == Approx(sum).epsilon(1e-5));
        }
    }
}

TEST_CASE("the ledger of merged rows is that of a search over all block lines, and adds up") {
    for (const ThresholdMode mode :
         {ThresholdMode::budget, ThresholdMode::value, ThresholdMode::top_k, ThresholdMode::mass})
        for (const SinkMode sinks : {SinkMode::bars, SinkMode::lines, SinkMode::hidden}) {
            ViewState view;
            view.threshold.mode = mode;
            view.sinks = sinks;
            CAPTURE(static_cast<int>(mode), static_cast<int>(sinks));
            const auto plan = plan_text_stack(synthetic::frame(2, 3, 203, synthetic::random(3, 2.5f, 60.0f)),
                                              view, nullptr);
            REQUIRE(plan->tokens_per_block == 2);
            double drawn = 0.0, to_sinks = 0.0, neighbours = 0.0;
            uint64_t lines = 0;
            for (size_t l = 0; l < 2; ++l) {
                const LayerPlan& layer = plan->layers[l];
                CHECK(layer.sink_keys[0]);
                const WeightBlock& block = plan->merged_blocks[l];
                const auto walk = [&](const WeightBlock& of, const FlowSelection& selection, double& sum) {
                    const float* value = of.values->data();
                    for (uint32_t h = 0; h < of.slices; ++h)
                        for (uint32_t i = 0; i < of.rows; ++i)
                            for (uint32_t j = 0; j < of.columns; ++j, ++value) {
                                if (!twin::is_drawn(of, selection, h, i, j)) continue;
                                sum += static_cast<double>(*value) * layer.merged->rows_of(i);
                                ++lines;
                            }
                };
                walk(block, layer.selection, drawn);
                FlowSelection to = layer.selection;
                to.band = -1;
                if (sinks == SinkMode::lines) walk(plan->merged_sinks[l], to, to_sinks);
                for (uint32_t h = 0; h < 3; ++h)
                    neighbours += neighbour_sum(*layer.merged, block, h, plan->band);
                if (sinks != SinkMode::lines)
                    for (int h = 0; h < 3; ++h)
                        for (int i = 0; i < 203; ++i)
                            for (int j = 0; j < 203; ++j)
                                if (layer.sink_keys[size_t(j)])
                                    to_sinks += double(lane_weights(*plan, int(l), h)[size_t(i * 203 + j)]);
            }
            const double total = 2.0 * 3.0 * 203.0;  // rows that add to 1
            CHECK(plan->ledger.lines == lines);
            CHECK(plan->ledger.drawn == Approx(drawn / total).margin(1e-6));
            CHECK(plan->ledger.sinks == Approx(to_sinks / total).margin(1e-6));
            CHECK(plan->ledger.neighbours == Approx(neighbours / total).margin(1e-6));
            const auto percent = plan->ledger.percent();
            CHECK(percent.drawn + percent.sinks + percent.neighbours + percent.not_drawn == 100);
        }
}

TEST_CASE("near lines are those between tokens that a shorter text would have") {
    const auto frame = synthetic::frame(2, 3, 180, synthetic::random(5, 2.5f, 60.0f));
    const auto plan = plan_text_stack(frame, {}, nullptr);
    REQUIRE(plan->near);
    for (int l = 0; l < 2; ++l) {
        const NearLines::Lines& near = plan->near->layer(l);
        const twin::Drawn drawn = twin::drawn(plan->blocks[size_t(l)], near.selection);
        CHECK(drawn.lines == near.sums.lines);
        CHECK(drawn.weight == Approx(near.sums.drawn));
        CHECK(near.sums.lines <= 325);
        CHECK(near.sums.lines > 0);
        CHECK(near.sums.total == Approx(3.0 * 180.0));
        CHECK(near.selection.band == 2);
    }
}

TEST_CASE("coming near changes blocks for tokens without a jump") {
    const auto plan =
        plan_text_stack(synthetic::frame(3, 4, 300, synthetic::random(5, 2.5f, 60.0f)), {}, nullptr);
    const Viewport viewport;
    const ViewMotion motion;
    Camera camera = text_stack_camera(*plan, CameraPreset::default_view, motion, {}, viewport);
    ViewState view;
    view.motion = false;
    float before = -1.0f;
    bool was_far = false, was_near = false;
    for (float distance = camera.distance_u; distance > 1.0f; distance *= 0.98f) {
        camera.distance_u = distance;
        const DrawList list = draw_text_stack(*plan, view, motion, camera, 0.0, viewport, {});
        float of_tokens = 0.0f, of_blocks = 0.0f;
        for (const FlowBatch& flow : list.flows) {
            const LayerPlan& layer = plan->layers[flow.block % 3];
            (void)layer;
            if (flow.block % 3 == 1) (flow.block < 3 ? of_tokens : of_blocks) += flow.opacity_scale;
        }
        CHECK(of_tokens + of_blocks == Approx(1.0f));
        if (before >= 0.0f) CHECK(std::abs(of_tokens - before) < 0.15f);
        before = of_tokens;
        was_far |= of_tokens == 0.0f;
        was_near |= of_blocks == 0.0f;
    }
    CHECK(was_far);
    CHECK(was_near);
}

TEST_CASE("lines below half a pixel are not drawn, and the ledger says so") {
    ViewState view;
    view.threshold.mode = ThresholdMode::value;
    view.threshold.value = 0.001f;
    const auto plan = plan_text_stack(synthetic::frame(2, 4, 30, synthetic::random(2, 2.0f)), view, nullptr);
    const Viewport viewport;
    Camera camera = text_stack_camera(*plan, CameraPreset::default_view, {}, {}, viewport);
    const auto at = [&](float times) {
        Camera farther = camera;
        farther.distance_u *= times;
        const TextStackLayout layout = make_layout(*plan, {}, viewport);
        const LayerDetail detail = layer_detail(*plan, layout, farther, viewport, 0);
        const LedgerSums sums = drawn_sums(*plan, detail, 0);
        FlowSelection selection = plan->layers[0].selection;
        selection.threshold = std::max(selection.threshold, detail.least_weight);
        const twin::Drawn drawn = twin::drawn(plan->blocks[0], selection);
        CHECK(sums.lines == drawn.lines);
        CHECK(sums.drawn == Approx(drawn.weight));
        const DrawList list = draw_text_stack(*plan, view, {}, farther, 0.0, viewport, {});
        CHECK(list.flows[0].selection.threshold == selection.threshold);
        const auto percent = drawn_ledger(*plan, layout, farther, viewport).percent();
        CHECK(percent.drawn + percent.sinks + percent.neighbours + percent.not_drawn == 100);
        return sums.lines;
    };
    const uint64_t here = at(1.0f), far = at(3.0f), farthest = at(12.0f);
    CHECK(here < plan->layers[0].lines);
    CHECK(far < here);
    CHECK(farthest < far);
}

TEST_CASE("steps of weight are exact and in order") {
    for (int step = 1; step < WeightSteps::count; ++step) {
        const float least = WeightSteps::least(step);
        CHECK(WeightSteps::step_of(least) == step);
        CHECK(WeightSteps::from(least) == step);
        CHECK(WeightSteps::step_of(std::nextafter(least, 0.0f)) == step - 1);
        CHECK(WeightSteps::least(step) > WeightSteps::least(step - 1));
    }
    CHECK(WeightSteps::from(0.0f) == 0);
    CHECK(WeightSteps::step_of(1e-30f) == 0);
}

TEST_CASE("another threshold walks over no weight of a long text again") {
    const auto frame = synthetic::frame(3, 4, 300, synthetic::random(5, 2.5f, 60.0f));
    const auto plan = plan_text_stack(frame, {}, nullptr);
    ViewState other;
    other.threshold.mode = ThresholdMode::value;
    other.threshold.value = 0.2f;
    const auto next = plan_text_stack(frame, other, plan.get());
    for (size_t l = 0; l < 3; ++l) {
        CHECK(next->layers[l].merged == plan->layers[l].merged);
        CHECK(next->merged_blocks[l].values == plan->merged_blocks[l].values);
    }
}
