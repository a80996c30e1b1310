// What a session shows of the attention, and what it says where that cannot be.
#include <catch2/catch.hpp>

#include "tests/app/session_rig.h"

using namespace weft;
using Catch::Contains;

TEST_CASE("what a trace does not have cannot be chosen") {
    Session session(settings_of(synthetic::frame(2, 2, 4, synthetic::uniform())), {});
    session.advance(0.0, {});
    CHECK_THROWS_WITH(session.set_attention(AttentionKind::cross), Contains("'cross'"));
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

TEST_CASE("a quantity that is chosen is computed, and the picture stays until it is there") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    CHECK(log.count() == 1);
    CHECK(log.last().options.methods == std::set<std::string>{"entropy", "head_distance.within", "rollout"});
    log.holds = true;
    session.set_quantity("relevance");
    session.advance(0.0, {});
    CHECK(log.last().text == "one two three");
    while (!session.method_progress()) std::this_thread::yield();
    CHECK(session.method_progress()->method == "relevance");
    session.advance(0.0, {});
    CHECK(session.plan()->view.quantity == "attention");
    CHECK(session.view().quantity == "relevance");
    CHECK_FALSE(session.is_settled());
    // What is drawn meanwhile says what it is.
    CHECK(session.plan()->lanes == 2);
    session.view().theme = ThemeName::light;
    session.advance(0.0, {});
    CHECK(session.plan()->view.theme == ThemeName::light);
    log.holds = false;
    settle(session);
    CHECK(session.plan()->view.quantity == "relevance");
    CHECK(session.plan()->joins_ends);
    CHECK_FALSE(session.message());
    // And back: nothing is computed twice.
    session.set_quantity("attention");
    settle(session);
    session.set_quantity("relevance");
    settle(session);
    CHECK(log.computed_of("relevance") == 1);
}

TEST_CASE("what is stopped is not begun again by itself, and can be chosen again") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    log.holds = true;
    session.set_quantity("relevance");
    session.advance(0.0, {});
    while (!session.method_progress()) std::this_thread::yield();
    session.cancel_method();
    settle(session);
    CHECK(session.view().quantity == "attention");
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("stopped relevance"));
    const size_t asked = log.count();
    settle(session);
    CHECK(log.count() == asked);
    log.holds = false;
    session.set_quantity("relevance");
    settle(session);
    CHECK(session.plan()->view.quantity == "relevance");
}

TEST_CASE("what a panel gave up is computed when it is asked for anew") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    log.holds = true;
    session.want({"relevance"});
    session.advance(0.0, {});
    while (!session.method_progress()) std::this_thread::yield();
    session.cancel_method();
    log.holds = false;
    session.want({"relevance"});
    settle(session);
    CHECK_FALSE(session.frame()->blocks[0].quantities.contains("relevance"));
    session.want({});
    session.want({"relevance"});
    settle(session);
    CHECK(session.frame()->blocks[0].quantities.contains("relevance"));
}

TEST_CASE("a quantity that fails is a message with the reason, and the picture stays") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    session.set_quantity("grad_cam");
    settle(session);
    CHECK(session.view().quantity == "attention");
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("no gradient here") && Contains("showing attention"));
    CHECK(session.message()->hint == "None.");
}

TEST_CASE("a trace computes what attention alone gives in the background, and says what it cannot") {
    auto trace = synthetic::frame(3, 2, 6, synthetic::random(1));
    trace->provenance.is_trace = true;
    Session session(settings_of(trace), {});
    session.advance(0.0, {});
    CHECK_FALSE(session.is_live());
    session.set_quantity("relevance");
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("needs the model"));
    CHECK(session.view().quantity == "attention");
    session.set_message({"saved 'a.png'", "", true});
    CHECK(session.message()->text == "saved 'a.png'");
    session.clear_message();
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("needs the model"));
    session.clear_message();
    CHECK_FALSE(session.message());
    MethodOptions options;
    options.rollout.residual = 0.0;
    session.set_method_options(options);
    session.set_quantity("rollout");
    settle(session);
    CHECK(session.plan()->view.quantity == "rollout");
    CHECK_FALSE(session.is_live());
    CHECK_FALSE(session.model());
    CHECK_THROWS_AS(session.set_ablations({{}}), UsageError);
    // Another trace is what is shown, whatever was being computed of the one before.
    const auto next = synthetic::frame(3, 2, 6, synthetic::random(2));
    next->provenance.is_trace = true;
    session.show_trace(next);
    settle(session);
    CHECK(session.plan()->frame->blocks[0].layer_weights == next->blocks[0].layer_weights);
    CHECK(session.plan()->view.quantity == "rollout");
}

TEST_CASE("the next quantity goes through attention, rollout, entropy and what else was computed") {
    FakeLog log;
    Session session(live(log), {});
    session.want({"head_importance"});
    settle(session);
    std::vector<std::string> seen;
    for (int i = 0; i < 4; ++i) {
        session.next_quantity();
        settle(session);
        seen.push_back(session.view().quantity);
    }
    CHECK(seen == std::vector<std::string>{"rollout", "entropy", "head_importance", "attention"});
}
