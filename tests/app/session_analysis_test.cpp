// What a session asks of the analysis, and when.
#include <catch2/catch.hpp>

#include "tests/app/session_rig.h"

using namespace weft;

TEST_CASE("what panels want is computed beside the quantity, once, and a new text asks for all of it") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    for (int frame = 0; frame < 3; ++frame) {
        session.want({"head_importance"});
        settle(session);
    }
    CHECK(log.count() == 2);
    CHECK(log.computed_of("head_importance") == 1);
    CHECK(session.frame()->blocks[0].quantities.contains("head_importance"));
    session.prompt().insert(" four");
    REQUIRE(session.submit_prompt());
    settle(session);
    CHECK(log.last().options.wants("head_importance"));
    CHECK(session.frame()->stacks[0].tokens.size() == 4);
    session.want({});
    session.prompt().insert(" five");
    session.submit_prompt();
    settle(session);
    CHECK_FALSE(log.last().options.wants("head_importance"));
}

TEST_CASE("another target, other options and ablated heads ask for the same text again") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    session.set_target(parse_target("cat@1"));
    settle(session);
    CHECK(log.last().options.method.target.name == "cat");
    CHECK(session.method_options().target.position == 1);
    session.set_target(parse_target("cat@1"));  // the same: nothing
    settle(session);
    CHECK(log.count() == 2);
    MethodOptions options = session.method_options();
    options.rollout.residual = 0.0;
    session.set_method_options(options);
    settle(session);
    CHECK(log.last().options.method.rollout.residual == 0.0);
    session.set_ablations({{AttentionKind::self, 1, 1, false},
                           {AttentionKind::self, 0, 1, false},
                           {AttentionKind::self, 1, 1, false}});
    settle(session);
    CHECK(log.last().options.ablations.size() == 2);
    CHECK(log.last().options.ablations[0].layer == 0);
    CHECK(log.count() == 4);
}

TEST_CASE("the flow of a query that is selected while the map fills in is asked for first") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    log.holds = true;
    session.want({"flow", "relevance"});  // relevance holds the model
    session.advance(0.0, {});
    while (!session.method_progress()) std::this_thread::yield();
    const size_t asked = log.count();
    session.select({FocusKind::token, 0, 1, -1, 2, -1, false});
    session.advance(0.0, {});
    while (log.count() == asked) std::this_thread::yield();
    CHECK(log.last().options.method.flow_first_row == 2);
    CHECK_FALSE(session.method_options().flow_first_row);
    session.advance(0.0, {});  // once
    log.holds = false;
    settle(session);
    CHECK(log.count() == asked + 1);
    session.select({FocusKind::token, 0, 1, -1, 1, -1, false});  // all of it is there
    settle(session);
    CHECK(log.count() == asked + 1);
}

TEST_CASE("while attention is computed its place says what is read, and nothing can be cancelled") {
    for (const char* const image : {"", "cat.png"}) {
        FakeLog log;
        log.reads = true;
        SessionSettings settings = live(log);
        settings.image = image;
        Session session(settings, {});
        session.advance(0.0, {});
        while (!session.method_progress()) std::this_thread::yield();
        CHECK(session.method_progress()->method == "attention");
        CHECK_FALSE(session.can_cancel_method());
        session.cancel_method();
        CHECK_FALSE(session.message());
        const std::string reads = *image ? "Reading the image" : "Reading the text";
        const DrawList list = session.draw({}, {});
        CHECK(std::ranges::any_of(list.labels, [&](const Label& label) { return label.text == reads; }));
        log.reads = false;
        settle(session);
        CHECK(session.plan());
    }
}
