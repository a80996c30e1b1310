// What becomes of a session's selection when something else is shown.
#include <catch2/catch.hpp>

#include "scenes/shown_block.h"
#include "tests/app/session_rig.h"

using namespace weft;

TEST_CASE("the attention that is shown can be chosen, and what was selected in another is let go") {
    ViewState panes;
    panes.scene = SceneChoice::stack;
    Session session(settings_of(two_stacks, panes), {});
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

TEST_CASE("between two towers what is selected brings its attention to the front") {
    Session session(settings_of(two_stacks), {});
    session.advance(0.0, {});
    REQUIRE(session.scene()->kind == SceneKind::two_towers);
    CHECK(shown_block(*session.plan()).kind == AttentionKind::cross);
    const Focus in_encoder{FocusKind::edge, 0, 2, 1, 3, 1, false};
    CHECK(session.in_plan(in_encoder).kind == FocusKind::none);
    session.select(in_encoder);
    CHECK(shown_block(*session.plan()).kind == AttentionKind::encoder);
    CHECK(session.view().selected == in_encoder);
    CHECK(session.in_plan(in_encoder) == in_encoder);
    CHECK(session.head_choice() == HeadChoice{2, 1});
    session.enter_head({1, 0});
    CHECK(session.view().selected == Focus{FocusKind::head, 0, 1, 0, -1, -1, false});
    session.set_attention(AttentionKind::decoder);
    session.advance(0.0, {});
    session.choose_head({0, 1});
    session.enter_head({0, 1});
    CHECK(session.view().selected.block == 1);
    const auto before = session.scene();
    session.advance(0.01, {});
    CHECK(session.scene() == before);  // nothing to plan again
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
