#include "app/session.h"

#include <catch2/catch.hpp>

#include "analysis/error.h"
#include "scenes/shown_block.h"
#include "tests/scenes/synthetic_frame.h"

using namespace weft;
using Catch::Contains;

namespace {

SessionSettings settings_of(FramePtr trace, ViewState view = {}) {
    SessionSettings settings;
    settings.trace = std::move(trace);
    settings.view = std::move(view);
    return settings;
}

const FramePtr two_stacks = synthetic::two_stacks(3, 2, 5, 8, synthetic::random(4));

}  // namespace

TEST_CASE("the attention that is shown can be chosen, and what was selected in another is let go") {
    Session session(settings_of(two_stacks), {});
    session.advance(0.0, {});
    CHECK(shown_block(*session.plan()).kind == AttentionKind::encoder);
    session.select({FocusKind::token, 0, 1, -1, 4, -1, false});
    session.set_attention(AttentionKind::cross);
    CHECK(session.view().selected.kind == FocusKind::none);
    session.advance(0.0, {});
    CHECK(shown_block(*session.plan()).kind == AttentionKind::cross);
    CHECK(session.plan()->blocks[0].columns == 5);
    CHECK(session.plan()->blocks[0].rows == 8);
    CHECK_FALSE(session.message());
}

TEST_CASE("what a trace does not have cannot be chosen") {
    Session session(settings_of(synthetic::frame(2, 2, 4, synthetic::uniform())), {});
    session.advance(0.0, {});
    CHECK_THROWS_WITH(session.set_attention(AttentionKind::cross), Contains("'cross'"));
}

TEST_CASE("an attention asked for at the start that is not there is a message, and the first is shown") {
    ViewState view;
    view.attention = AttentionKind::cross;
    Session session(settings_of(synthetic::frame(2, 2, 4, synthetic::uniform()), view), {});
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("'cross'"));
    CHECK(shown_block(*session.plan()).kind == AttentionKind::self);
}

TEST_CASE("who stands in a head or along a token stays in one that is there") {
    const auto frame = synthetic::two_stacks(3, 4, 12, 5, synthetic::random(4));
    AttentionBlock& cross = frame->blocks[2];
    cross.heads = 2;
    for (auto& weights : cross.layer_weights)
        weights = std::make_shared<std::vector<float>>(weights->begin(), weights->begin() + 2 * 5 * 12);
    Session session(settings_of(frame), {});
    session.advance(0.0, {});
    session.enter_head({2, 3}, true);
    session.set_attention(AttentionKind::cross);
    session.advance(2.0, {});
    CHECK(session.head_choice() == HeadChoice{2, 1});
    CHECK(session.animator().motion().inside_head == 1);
    CHECK_FALSE(session.draw({}, {}).flows.empty());
    session.set_attention(AttentionKind::encoder);
    session.advance(0.0, {});
    session.select({FocusKind::token, 0, 1, -1, 11, -1, false});
    session.show_preset(CameraPreset::token, true);
    session.set_attention(AttentionKind::decoder);  // of five tokens
    session.advance(2.0, {});
    CHECK(session.preset() == CameraPreset::default_view);
    CHECK_FALSE(session.draw({}, {}).flows.empty());
}

TEST_CASE("rollout of cross-attention is a message and the picture stays as it was") {
    Session session(settings_of(two_stacks), {});
    session.set_attention(AttentionKind::cross);
    session.view().quantity = "entropy";
    session.advance(0.0, {});
    session.view().quantity = "rollout";
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("'rollout'") && Contains("cross-attention"));
    CHECK(session.view().quantity == "entropy");
    CHECK(session.plan()->view.quantity == "entropy");
    CHECK_FALSE(session.plan()->blocks.empty());
}

TEST_CASE("coming from rollout to cross-attention shows attention and says why") {
    Session session(settings_of(two_stacks), {});
    session.view().quantity = "rollout";
    session.advance(0.0, {});
    CHECK(session.plan()->lanes == 1);
    session.set_attention(AttentionKind::cross);
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK(session.view().quantity == "attention");
    CHECK(session.plan()->lanes == 2);
}

TEST_CASE("the next quantity of cross-attention skips rollout") {
    Session session(settings_of(two_stacks), {});
    session.advance(0.0, {});
    session.next_quantity();
    CHECK(session.view().quantity == "rollout");
    session.view().quantity = "attention";
    session.set_attention(AttentionKind::cross);
    session.next_quantity();
    CHECK(session.view().quantity == "entropy");
    session.next_quantity();
    CHECK(session.view().quantity == "attention");
}

TEST_CASE("a trace of the same shape keeps what is chosen, one of another shape shows all") {
    Session session(settings_of(synthetic::frame(3, 2, 6, synthetic::random(1))), {});
    session.advance(0.0, {});
    session.view().first_layer = session.view().last_layer = 1;
    session.choose_head({2, 1});
    const auto next = synthetic::frame(3, 2, 6, synthetic::random(2));
    next->provenance.is_trace = true;
    session.show_trace(next);
    session.advance(0.0, {});
    CHECK(session.plan()->frame == next);
    CHECK(session.view().last_layer == 1);
    CHECK(session.head_choice() == HeadChoice{2, 1});
    // Nothing of the trace before is in it.
    const auto alone = plan_text_stack(next, session.view(), nullptr);
    for (size_t l = 0; l < 3; ++l) CHECK(session.plan()->layers[l].rung == alone->layers[l].rung);
    session.show_trace(synthetic::frame(2, 2, 6, synthetic::random(2)));
    session.advance(0.0, {});
    CHECK(session.view().last_layer == -1);
    CHECK(session.plan()->layers.size() == 2);
}

TEST_CASE("a selection that a shorter text does not have is let go") {
    Session session(settings_of(synthetic::frame(3, 2, 9, synthetic::random(1))), {});
    session.advance(0.0, {});
    session.select({FocusKind::token, 0, 1, -1, 8, -1, false});
    const auto shorter = synthetic::frame(3, 2, 4, synthetic::random(2));
    shorter->provenance.is_trace = true;
    session.show_trace(shorter);
    session.advance(0.0, {});
    CHECK(session.view().selected.kind == FocusKind::none);
}

TEST_CASE("without model and trace a session waits for one") {
    SessionSettings settings;
    settings.awaited = "Waiting for a trace in runs";
    Session session(std::move(settings), {});
    session.advance(0.0, {});
    CHECK_FALSE(session.plan());
    const DrawList list = session.draw({}, {});
    CHECK(list.labels.back().text == "Waiting for a trace in runs");
    session.show_trace(two_stacks);
    session.advance(0.0, {});
    CHECK(session.plan());
}
