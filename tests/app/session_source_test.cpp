// What a session makes of traces and models that come, and of attention that is too large.
#include <catch2/catch.hpp>

#include "tests/app/session_rig.h"

using namespace weft;
using Catch::Contains;

TEST_CASE("attention larger than can be drawn is refused, and the last good picture stays") {
    const FramePtr small = synthetic::frame(2, 2, 4, synthetic::uniform());
    Session session(settings_of(small), {});
    session.set_largest_layer(2 * 8 * 8 * sizeof(float));
    session.advance(0.0, {});
    CHECK_NOTHROW(session.show_trace(synthetic::frame(2, 2, 8, synthetic::uniform())));
    session.advance(0.0, {});
    CHECK(session.plan()->blocks[0].rows == 8);
    CHECK_THROWS_WITH(session.show_trace(synthetic::frame(2, 2, 9, synthetic::uniform())),
                      Contains("2 heads x 9 tokens"));
    session.advance(0.0, {});
    CHECK(session.plan()->blocks[0].rows == 8);
    CHECK_THROWS_WITH(session.set_largest_layer(100), Contains("can be drawn"));
}

TEST_CASE("a text whose attention is larger than can be drawn leaves the last good picture and a message") {
    FakeLog log;
    Session session(live(log), {});
    session.set_largest_layer(2 * 3 * 3 * sizeof(float));
    settle(session);
    REQUIRE(session.plan());
    CHECK_FALSE(session.message());
    session.prompt().set_text("one two three four");
    REQUIRE(session.submit_prompt());
    settle(session);
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("2 heads x 4 tokens"));
    CHECK_THAT(session.message()->hint, Contains("3 tokens"));
    CHECK(session.plan()->blocks[0].rows == 3);
    CHECK_FALSE(session.has_pending_analysis());
    session.prompt().set_text("one two");
    REQUIRE(session.submit_prompt());
    settle(session);
    CHECK_FALSE(session.message());
    CHECK(session.plan()->blocks[0].rows == 2);
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
