#include <catch2/catch.hpp>

#include "scenes/ledger.h"
#include "scenes/line_budget.h"
#include "scenes/text_stack.h"
#include "selection_twin.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

// Compares every count and share of a plan with a search over all weights.
void check_plan(const TextStackPlan& plan) {
    const AttentionBlock& block = plan.frame->blocks[0];
    double total = 0.0, drawn = 0.0, sinks = 0.0, neighbours = 0.0;
    uint64_t lines = 0;
    for (size_t l = 0; l < plan.layers.size(); ++l) {
        const LayerPlan& layer = plan.layers[l];
        const bool any_lane =
            std::find(layer.lane_shown.begin(), layer.lane_shown.end(), true) != layer.lane_shown.end();
        uint64_t layer_lines = 0;
        if (any_lane) {
            const twin::Drawn own = twin::drawn(plan.blocks[l], layer.selection);
            layer_lines = own.lines;
            drawn += own.weight;
            if (plan.view.sinks == SinkMode::lines && layer.sink_mask) {
                FlowSelection to_sinks = layer.selection;
                to_sinks.column_mask = layer.other_mask;
                to_sinks.band = -1;
                const twin::Drawn grey = twin::drawn(plan.blocks[l], to_sinks);
                layer_lines += grey.lines;
                sinks += grey.weight;
            }
        }
        CAPTURE(l, layer.threshold);
        CHECK(layer.lines == layer_lines);
        lines += layer_lines;
        for (int h = 0; h < plan.lanes; ++h) {
            if (!layer.lane_shown[static_cast<size_t>(h)]) continue;
            const auto lane = lane_weights(plan, static_cast<int>(l), h);
            for (uint32_t i = 0; i < block.queries; ++i)
                for (uint32_t j = 0; j < block.keys; ++j) {
                    const double weight = static_cast<double>(lane[size_t{i} * block.keys + j]);
                    total += weight;
                    if (layer.sink_keys[j]) {
                        if (plan.view.sinks != SinkMode::lines) sinks += weight;
                    } else if (std::abs(static_cast<int>(i) - static_cast<int>(j)) <= plan.band) {
                        neighbours += weight;
                    }
                }
        }
    }
    CHECK(plan.ledger.lines == lines);
    const Ledger& ledger = plan.ledger;
    if (!(total > 0.0)) {
        CHECK(ledger.drawn + ledger.sinks + ledger.neighbours + ledger.not_drawn == 0.0);
        return;
    }
    CHECK(ledger.drawn == Approx(drawn / total).margin(1e-6));
    CHECK(ledger.sinks == Approx(sinks / total).margin(1e-6));
    CHECK(ledger.neighbours == Approx(neighbours / total).margin(1e-6));
    CHECK(ledger.drawn + ledger.sinks + ledger.neighbours + ledger.not_drawn == Approx(1.0).margin(1e-9));
    const auto percent = ledger.percent();
    CHECK(percent.drawn + percent.sinks + percent.neighbours + percent.not_drawn == 100);
}

double sum(const Ledger& l) {
    return l.drawn + l.sinks + l.neighbours + l.not_drawn;
}

}  // namespace

TEST_CASE("counts and shares equal a search over all weights, in every mode and size") {
    struct Size {
        int layers, heads, tokens;
    };
    for (const Size& size : {Size{1, 1, 1}, Size{2, 4, 2}, Size{1, 16, 20}, Size{6, 12, 33}, Size{3, 12, 100},
                             Size{24, 2, 16}, Size{2, 12, 160}})
        for (const ThresholdMode mode :
             {ThresholdMode::budget, ThresholdMode::value, ThresholdMode::top_k, ThresholdMode::mass})
            for (const SinkMode sinks : {SinkMode::bars, SinkMode::lines, SinkMode::hidden}) {
                CAPTURE(size.layers, size.heads, size.tokens, static_cast<int>(mode),
                        static_cast<int>(sinks));
                ViewState view;
                view.threshold.mode = mode;
                view.sinks = sinks;
                check_plan(*plan_text_stack(
                    synthetic::frame(size.layers, size.heads, size.tokens,
                                     synthetic::random(static_cast<unsigned>(size.tokens), 2.5f, 20.0f)),
                    view, nullptr));
            }
}

TEST_CASE("identity, uniform, causal and one-hot attention are counted right") {
    for (const int tokens : {1, 2, 15, 40, 120})
        for (const auto& weights :
             {synthetic::identity(), synthetic::uniform(), synthetic::causal(), synthetic::one_hot(0)}) {
            CAPTURE(tokens);
            check_plan(*plan_text_stack(synthetic::frame(3, 4, tokens, weights), {}, nullptr));
        }
}

TEST_CASE("all weight on the first token is one sink and no line") {
    const auto plan = plan_text_stack(synthetic::frame(4, 3, 10, synthetic::one_hot(0)), {}, nullptr);
    CHECK(plan->ledger.percent().sinks == 100);
    CHECK(plan->ledger.lines == 0);
    for (const LayerPlan& layer : plan->layers) {
        CHECK(layer.sink_keys[0]);
        CHECK(layer.sink_mean[0] == Approx(1.0f));
        CHECK_FALSE(layer.sink_keys[9]);
    }
}

TEST_CASE("uniform attention has no sinks, and identity in a long text is all neighbours") {
    const auto even = plan_text_stack(synthetic::frame(2, 3, 10, synthetic::uniform()), {}, nullptr);
    CHECK(even->ledger.sinks == 0.0);
    const auto diagonal = plan_text_stack(synthetic::frame(2, 3, 40, synthetic::identity()), {}, nullptr);
    CHECK(diagonal->band == 1);
    CHECK(diagonal->ledger.percent().neighbours == 100);
    CHECK(diagonal->layers[0].neighbour_mean[2] == Approx(1.0f));
}

TEST_CASE("neighbours fold from 33 tokens on, within 2 from 97 on, and not where the view says so") {
    const auto band = [](int tokens, bool fold) {
        ViewState view;
        view.fold_neighbours = fold;
        return plan_text_stack(synthetic::frame(1, 1, tokens, synthetic::uniform()), view, nullptr)->band;
    };
    CHECK(band(32, true) == -1);
    CHECK(band(33, true) == 1);
    CHECK(band(96, true) == 1);
    CHECK(band(97, true) == 2);
    CHECK(band(160, true) == 2);
    CHECK(band(97, false) == -1);
}

TEST_CASE("no token or no frame gives an empty plan") {
    CHECK(plan_text_stack(nullptr, {}, nullptr)->layers.empty());
    CHECK(plan_text_stack(std::make_shared<AttentionFrame>(), {}, nullptr)->layers.empty());
    const auto plan = plan_text_stack(synthetic::frame(2, 2, 0, synthetic::uniform()), {}, nullptr);
    CHECK(plan->layers.empty());
    CHECK(sum(plan->ledger) == 0.0);
}

TEST_CASE("every layer keeps within its equal share of the budget") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const auto plan =
            plan_text_stack(synthetic::frame(6, 12, 15, synthetic::random(seed, 2.0f)), {}, nullptr);
        for (const LayerPlan& layer : plan->layers) {
            CHECK(layer.lines <= 100);
            CHECK(layer.threshold == rungs[static_cast<size_t>(layer.rung)]);
            if (layer.rung > 0) {
                FlowSelection lower = layer.selection;
                lower.threshold = rungs[static_cast<size_t>(layer.rung) - 1];
                CHECK(twin::drawn(plan->blocks[0], lower).lines > 0);
            }
        }
        CHECK(plan->ledger.lines <= 600);
    }
}

TEST_CASE("the chosen rung is the lowest that fits") {
    const auto plan = plan_text_stack(synthetic::frame(4, 12, 15, synthetic::random(7, 2.0f)), {}, nullptr);
    for (size_t l = 0; l < 4; ++l) {
        const LayerPlan& layer = plan->layers[l];
        REQUIRE(layer.rung > 0);
        FlowSelection lower = layer.selection;
        lower.threshold = rungs[static_cast<size_t>(layer.rung) - 1];
        CHECK(twin::drawn(plan->blocks[l], lower).lines > 150);
    }
}

TEST_CASE("typing moves a rung only when its lines leave 70 to 115 percent of the share") {
    const auto first = plan_text_stack(synthetic::frame(6, 12, 15, synthetic::random(1)), {}, nullptr);
    TextStackPlan before = *first;
    for (LayerPlan& layer : before.layers) layer.rung -= 1;  // as if it had been chosen for another text
    const auto next = plan_text_stack(first->frame, {}, &before);
    for (size_t l = 0; l < 6; ++l) {
        const LayerPlan& layer = next->layers[l];
        FlowSelection kept = layer.selection;
        kept.threshold = rungs[static_cast<size_t>(before.layers[l].rung)];
        const auto lines = twin::drawn(next->blocks[l], kept).lines;
        CAPTURE(l, lines);
        CHECK(layer.rung == (lines >= 70 && lines <= 115 ? before.layers[l].rung : first->layers[l].rung));
    }
    ViewState other;
    other.threshold.budget = 650;
    const auto changed = plan_text_stack(first->frame, other, &before);
    CHECK(changed->layers[0].rung == plan_text_stack(first->frame, other, nullptr)->layers[0].rung);
}

TEST_CASE("a sink stays one between 1.5 and 2 times the uniform share") {
    // key 0 takes `share` of every row, the others the rest evenly
    const auto with_share = [](float share) {
        return synthetic::frame(
            2, 2, 10, [share](int, int, int, int j) { return j == 0 ? share : (1.0f - share) / 9.0f; });
    };
    const auto strong = plan_text_stack(with_share(0.25f), {}, nullptr);
    CHECK(strong->layers[0].sink_keys[0]);
    CHECK(plan_text_stack(with_share(0.17f), {}, strong.get())->layers[0].sink_keys[0]);
    CHECK_FALSE(plan_text_stack(with_share(0.17f), {}, nullptr)->layers[0].sink_keys[0]);
    CHECK_FALSE(plan_text_stack(with_share(0.14f), {}, strong.get())->layers[0].sink_keys[0]);
}

TEST_CASE("layer range and chosen heads decide what is in view") {
    ViewState view;
    view.first_layer = 1;
    view.last_layer = 2;
    auto frame = synthetic::frame(4, 3, 12, synthetic::random(5));
    auto plan = plan_text_stack(frame, view, nullptr);
    check_plan(*plan);
    CHECK(plan->layers[0].lines == 0);
    CHECK(plan->layers[1].lines > 0);
    CHECK(plan->layers[3].lines == 0);

    view.heads = {{2, 1}, {0, 0}, {99, 0}};
    plan = plan_text_stack(frame, view, nullptr);
    check_plan(*plan);
    CHECK(plan->layers[1].lines == 0);
    CHECK(plan->layers[2].lane_shown == std::vector<bool>{false, true, false});
    // one head alone shows all its lines from the lowest rung on
    CHECK(plan->layers[2].threshold == rungs[0]);
}

TEST_CASE("one query has the lines of its layer's mode: value, rank and mass are per row") {
    ViewState view;
    view.threshold.mode = ThresholdMode::top_k;
    view.threshold.top_k = 2;
    const auto plan = plan_text_stack(synthetic::frame(2, 3, 20, synthetic::random(9)), view, nullptr);
    FlowSelection row = plan->layers[1].selection;
    row.column_mask = nullptr;
    row.only_slice = 2;
    row.only_row = 7;
    CHECK(twin::drawn(plan->blocks[1], row).lines == 2);
}

TEST_CASE("shares add to 100 percent for thousands of ledgers") {
    std::mt19937 engine(3);
    std::uniform_real_distribution<double> share;
    for (int k = 0; k < 5000; ++k) {
        LedgerSums sums;
        sums.total = 1.0;
        const double a = share(engine), b = share(engine), c = share(engine);
        const double all = a + b + c + (k % 3 == 0 ? 0.0 : share(engine));
        sums.drawn = a / all;
        sums.sinks = b / all;
        sums.neighbours = c / all;
        const Ledger ledger = ledger_from(sums);
        const auto percent = ledger.percent();
        if (percent.drawn + percent.sinks + percent.neighbours + percent.not_drawn != 100)
            FAIL("ledger " << k);
        if (std::abs(percent.drawn - 100.0 * ledger.drawn) >= 1.0)
            FAIL("more than one percent off, ledger " << k);
    }
}

TEST_CASE("largest remainders get the missing percents") {
    LedgerSums sums;
    sums.total = 3.0;
    sums.drawn = sums.sinks = sums.neighbours = 1.0;
    const auto thirds = ledger_from(sums).percent();
    CHECK(thirds.drawn == 34);
    CHECK(thirds.sinks == 33);
    CHECK(thirds.neighbours == 33);
    CHECK(thirds.not_drawn == 0);
}

TEST_CASE("random frames have ledgers that add up") {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        const int tokens = 1 + static_cast<int>(seed % 37);
        const auto plan = plan_text_stack(
            synthetic::frame(1 + static_cast<int>(seed % 3), 2, tokens, synthetic::random(seed, 3.0f, 5.0f)),
            {}, nullptr);
        const auto percent = plan->ledger.percent();
        if (percent.drawn + percent.sinks + percent.neighbours + percent.not_drawn != 100)
            FAIL("seed " << seed);
        if (std::abs(sum(plan->ledger) - 1.0) > 1e-9) FAIL("seed " << seed);
    }
}

TEST_CASE("rollout has one lane and the rows of its own tensor") {
    auto frame = synthetic::frame(2, 4, 6, synthetic::random(2));
    ViewState view;
    view.quantity = "rollout";
    auto missing = plan_text_stack(frame, view, nullptr);
    CHECK(missing->quantity_missing);
    CHECK(missing->lanes == 1);
    CHECK(missing->ledger.lines == 0);

    auto values = std::make_shared<std::vector<float>>(2 * 6 * 6, 1.0f / 6.0f);
    (*values)[36] = 0.5f;  // R[1, 0, 0]
    frame->blocks[0].quantities["rollout"] = {{2, 6, 6}, values};
    const auto plan = plan_text_stack(frame, view, nullptr);
    CHECK_FALSE(plan->quantity_missing);
    CHECK(plan->blocks.size() == 2);
    CHECK(plan->blocks[1].slices == 1);
    CHECK(lane_weights(*plan, 1, 0)[0] == 0.5f);
    check_plan(*plan);
    view.threshold.budget = 7;
    CHECK(plan_text_stack(frame, view, plan.get())->blocks[1].values == plan->blocks[1].values);
}

TEST_CASE("a new plan of the same frame keeps the arrays that did not change") {
    const auto frame = synthetic::frame(3, 4, 12, synthetic::random(4, 2.5f, 60.0f));
    ViewState view;
    view.heads = {{1, 2}, {2, 0}, {2, 3}};
    const auto plan = plan_text_stack(frame, view, nullptr);
    const auto again = plan_text_stack(frame, view, plan.get());
    for (size_t l = 0; l < 3; ++l) CHECK(again->layers[l].selection == plan->layers[l].selection);
    REQUIRE(plan->layers[2].sink_mask);
    CHECK(same_plan(view, view));
    ViewState hovering = view;
    hovering.hovered.kind = FocusKind::layer;
    CHECK(same_plan(view, hovering));
    hovering.sinks = SinkMode::hidden;
    CHECK_FALSE(same_plan(view, hovering));
}

TEST_CASE("the focus ledger speaks of one query, one key, one head, one layer") {
    const auto plan =
        plan_text_stack(synthetic::frame(3, 4, 12, synthetic::random(4, 2.5f, 60.0f)), {}, nullptr);
    Focus focus;
    focus.kind = FocusKind::token;
    focus.layer = 1;
    focus.query = 5;
    FocusLedger query = focus_ledger(*plan, focus);
    CHECK(query.of == "of this query");
    CHECK(query.threshold <= 0.03f);
    CHECK(sum(query.ledger) == Approx(1.0));
    double to_sinks = 0.0;
    for (int h = 0; h < 4; ++h) to_sinks += static_cast<double>(lane_weights(*plan, 1, h)[5 * 12 + 0]);
    CHECK(query.ledger.sinks == Approx(to_sinks / 4.0));
    focus.kind = FocusKind::layer;
    CHECK(focus_ledger(*plan, focus).ledger.lines == plan->layers[1].lines);
    focus.kind = FocusKind::head;
    focus.head = 3;
    CHECK(focus_ledger(*plan, focus).of == "of this head");
    focus.layer = 99;
    CHECK(focus_ledger(*plan, focus).of.empty());
}
