#include "scenes/segments.h"

#include <catch2/catch.hpp>

#include "scenes/focus_rows.h"
#include "scenes/ledger.h"
#include "scenes/merged_rows.h"
#include "scenes/near_lines.h"
#include "scenes/plan_memory.h"
#include "scenes/text_stack.h"
#include "selection_twin.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

constexpr std::array<SegmentChoice, 4> parts{SegmentChoice::aa, SegmentChoice::ab, SegmentChoice::ba,
                                             SegmentChoice::bb};

// The first `of_a` tokens are the first text.
std::shared_ptr<AttentionFrame> pair_frame(int tokens, int of_a) {
    auto frame =
        synthetic::frame(3, 4, tokens, synthetic::random(static_cast<unsigned>(tokens), 2.5f, 20.0f));
    for (int t = 0; t < tokens; ++t) frame->stacks[0].segments.push_back(t < of_a ? 0 : 1);
    return frame;
}

bool is_kept(SegmentChoice choice, bool query_in_b, bool key_in_b) {
    switch (choice) {
        case SegmentChoice::aa:
            return !query_in_b && !key_in_b;
        case SegmentChoice::ab:
            return !query_in_b && key_in_b;
        case SegmentChoice::ba:
            return query_in_b && !key_in_b;
        case SegmentChoice::bb:
            return query_in_b && key_in_b;
        case SegmentChoice::all:
            break;
    }
    return true;
}

ViewState view_of(SegmentChoice choice, ThresholdMode mode, SinkMode sinks) {
    ViewState view;
    view.segments = choice;
    view.threshold.mode = mode;
    view.sinks = sinks;
    return view;
}

}  // namespace

TEST_CASE("a segment filter's counts and shares equal a search over the weights that it keeps") {
    for (const auto& [tokens, of_a] :
         {std::pair(2, 1), std::pair(16, 7), std::pair(40, 33), std::pair(100, 9)})
        for (const SegmentChoice choice : parts)
            for (const ThresholdMode mode :
                 {ThresholdMode::budget, ThresholdMode::value, ThresholdMode::top_k, ThresholdMode::mass})
                for (const SinkMode sinks : {SinkMode::bars, SinkMode::lines}) {
                    CAPTURE(tokens, of_a, static_cast<int>(choice), static_cast<int>(mode),
                            static_cast<int>(sinks));
                    const auto plan =
                        plan_text_stack(pair_frame(tokens, of_a), view_of(choice, mode, sinks), nullptr);
                    const auto border = static_cast<uint32_t>(of_a), count = static_cast<uint32_t>(tokens);
                    double kept = 0.0, all = 0.0, drawn = 0.0, to_sinks = 0.0;
                    uint64_t lines = 0;
                    for (size_t l = 0; l < plan->layers.size(); ++l) {
                        const LayerPlan& layer = plan->layers[l];
                        CHECK(plan->memory->lines(plan->blocks[l], layer.selection)->size() ==
                              twin::drawn(plan->blocks[l], layer.selection).lines);
                        FlowSelection grey = layer.selection;
                        grey.column_mask = layer.other_mask;
                        grey.band = -1;
                        for (uint32_t h = 0; h < 4; ++h)
                            for (uint32_t i = 0; i < count; ++i)
                                for (uint32_t j = 0; j < count; ++j) {
                                    const double weight = static_cast<double>(lane_weights(
                                        *plan, static_cast<int>(l), static_cast<int>(h))[i * count + j]);
                                    const bool is_in = is_kept(choice, i >= border, j >= border);
                                    const bool line =
                                        twin::is_drawn(plan->blocks[l], layer.selection, h, i, j);
                                    const bool grey_line = sinks == SinkMode::lines && layer.sink_keys[j] &&
                                                           twin::is_drawn(plan->blocks[l], grey, h, i, j);
                                    if ((line || grey_line) && !is_in)
                                        FAIL("a line that is left out is drawn");
                                    all += weight;
                                    if (!is_in) continue;
                                    kept += weight;
                                    lines += line || grey_line;
                                    if (line) drawn += weight;
                                    if (layer.sink_keys[j] && (sinks == SinkMode::bars || grey_line))
                                        to_sinks += weight;
                                }
                    }
                    CHECK(plan->ledger.lines == lines);
                    CHECK(plan->segment_share == Approx(kept / all).margin(1e-6));
                    CHECK(plan->ledger.drawn == Approx(drawn / kept).margin(1e-6));
                    CHECK(plan->ledger.sinks == Approx(to_sinks / kept).margin(1e-6));
                }
}

TEST_CASE("the four parts of a text pair have all lines and all weight between them") {
    const auto frame = pair_frame(24, 10);
    const auto lines_of = [&](SegmentChoice choice, double& share) {
        ViewState view = view_of(choice, ThresholdMode::value, SinkMode::lines);
        const auto plan = plan_text_stack(frame, view, nullptr);
        share += plan->segment_share;
        return plan->ledger.lines;
    };
    double share = 0.0, whole = 0.0;
    uint64_t lines = 0;
    for (const SegmentChoice choice : parts) lines += lines_of(choice, share);
    CHECK(lines == lines_of(SegmentChoice::all, whole));
    CHECK(lines > 0);
    CHECK(share == Approx(1.0).margin(1e-6));
    CHECK(whole == 1.0);
}

TEST_CASE("what is a sink does not depend on the segments that are shown") {
    const auto frame = pair_frame(24, 10);
    const auto whole = plan_text_stack(frame, {}, nullptr);
    for (const SegmentChoice choice : parts) {
        const auto part =
            plan_text_stack(frame, view_of(choice, ThresholdMode::budget, SinkMode::bars), nullptr);
        for (size_t l = 0; l < whole->layers.size(); ++l)
            CHECK(part->layers[l].sink_keys == whole->layers[l].sink_keys);
    }
}

TEST_CASE("rows that merge hold what the segments keep, and so do the lines near by") {
    const int tokens = 200, of_a = 90;
    const auto frame = pair_frame(tokens, of_a);
    for (const SegmentChoice choice : parts) {
        CAPTURE(static_cast<int>(choice));
        const auto plan =
            plan_text_stack(frame, view_of(choice, ThresholdMode::value, SinkMode::bars), nullptr);
        REQUIRE(plan->near);
        for (size_t l = 0; l < plan->layers.size(); ++l) {
            const WeightBlock& merged = plan->resting_block(static_cast<int>(l));
            double in_blocks = 0.0, in_sinks = 0.0, kept = 0.0;
            for (uint32_t row = 0; row < merged.slices * merged.rows; ++row)
                for (uint32_t c = 0; c < merged.columns; ++c)
                    in_blocks += static_cast<double>((*merged.values)[row * merged.columns + c]) *
                                 plan->layers[l].merged->rows_of(row % merged.rows);
            const NearLines::Lines& near = plan->near->layer(static_cast<int>(l));
            uint64_t lines = 0;
            for (uint32_t h = 0; h < 4; ++h)
                for (uint32_t i = 0; i < tokens; ++i)
                    for (uint32_t j = 0; j < tokens; ++j) {
                        if (!twin::is_drawn(plan->blocks[l], near.selection, h, i, j)) continue;
                        if (!is_kept(choice, i >= of_a, j >= of_a)) FAIL("a line that is left out is drawn");
                        ++lines;
                    }
            CHECK(near.sums.lines == lines);
            for (int h = 0; h < 4; ++h) {
                const auto lane = lane_weights(*plan, static_cast<int>(l), h);
                for (int i = 0; i < tokens; ++i)
                    for (int j = 0; j < tokens; ++j) {
                        if (!is_kept(choice, i >= of_a, j >= of_a)) continue;
                        const double weight = static_cast<double>(lane[static_cast<size_t>(i * tokens + j)]);
                        kept += weight;
                        if (plan->layers[l].sink_keys[static_cast<size_t>(j)]) in_sinks += weight;
                    }
            }
            CHECK(in_blocks == Approx(kept - in_sinks).epsilon(1e-4));
            CHECK(near.sums.total == Approx(kept).epsilon(1e-4));
        }
    }
}

TEST_CASE("a focus speaks of the segments that are shown alone") {
    const auto frame = pair_frame(16, 7);
    const auto plan =
        plan_text_stack(frame, view_of(SegmentChoice::ab, ThresholdMode::budget, SinkMode::bars), nullptr);
    const Focus query{FocusKind::token, 0, 1, -1, 3, -1, false};
    for (const StrongestLine& line : strongest_lines(*plan, query, 5)) CHECK(line.other >= 7);
    const std::vector<float> means = mean_weights(*plan, query);
    for (size_t j = 0; j < means.size(); ++j) CHECK((means[j] > 0.0f) == (j >= 7));
    const Focus of_b{FocusKind::token, 0, 1, -1, 9, -1, false};
    CHECK(strongest_lines(*plan, of_b, 5).empty());
    CHECK(focus_ledger(*plan, of_b).ledger.lines == 0);
}

TEST_CASE("one text has no segments to choose from") {
    const auto frame = synthetic::frame(2, 2, 9, synthetic::uniform());
    CHECK_FALSE(has_two_segments(*frame, frame->blocks[0]));
    frame->stacks[0].segments.assign(9, 0);
    CHECK_FALSE(has_two_segments(*frame, frame->blocks[0]));
    const auto plan =
        plan_text_stack(frame, view_of(SegmentChoice::ab, ThresholdMode::budget, SinkMode::bars), nullptr);
    CHECK_FALSE(plan->segments.is_active());
    CHECK(plan->ledger.lines == plan_text_stack(frame, {}, nullptr)->ledger.lines);
}

TEST_CASE("the strongest line of a part is one that the part shows") {
    const auto frame = pair_frame(24, 10);
    const AttentionBlock& block = frame->blocks[0];
    for (const SegmentChoice choice : parts) {
        const SegmentFilter filter = segment_filter(*frame, block, choice);
        const Focus line = strongest_line(*frame, block, 1, 2, filter);
        REQUIRE(line.kind == FocusKind::edge);
        CHECK(is_kept(choice, line.query >= 10, line.key >= 10));
    }
}
