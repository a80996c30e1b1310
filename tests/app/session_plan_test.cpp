// Which scene a session makes of what is chosen.
#include <catch2/catch.hpp>

#include "scenes/shown_block.h"
#include "tests/app/session_rig.h"
#include "tests/scenes/synthetic_image.h"

using namespace weft;
using Catch::Contains;

TEST_CASE("an attention asked for at the start that is not there is a message, and the first is shown") {
    ViewState view;
    view.attention = AttentionKind::cross;
    Session session(settings_of(synthetic::frame(2, 2, 4, synthetic::uniform()), view), {});
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("'cross'"));
    CHECK(shown_block(*session.plan()).kind == AttentionKind::self);
}

TEST_CASE("an image opens its last layer, and pages turn to another one") {
    Session session(settings_of(synthetic::image_frame(6, 3, 1, 2, 3, synthetic::random(4), 30, 20)), {});
    session.advance(0.0, {});
    session.animator().finish();
    REQUIRE(session.opens_layers());
    CHECK(session.scene()->image->layer == 5);
    CHECK(session.animator().motion().open_key == 5.0f);
    session.open_layer(2);
    session.advance(0.1, {});
    CHECK(session.scene()->image->layer == 2);
    CHECK(session.animator().motion().open_key > 2.0f);
    CHECK(session.is_moving());
    session.advance(0.4, {});
    CHECK(session.animator().motion().open_key == 2.0f);
    CHECK(session.view().first_layer == 0);
    CHECK(session.view().last_layer == -1);
    CHECK(session.head_choice().layer == 2);
    CHECK_FALSE(session.is_moving());
}

TEST_CASE(
    "a patch or head of an image that is selected changes the image and nothing of the attention's plan") {
    Session session(settings_of(synthetic::image_frame(2, 3, 1, 2, 3, synthetic::random(4), 30, 20)), {});
    session.advance(0.0, {});
    const TextStackPlan* plan = session.plan();
    CHECK(session.scene()->image->query == 0);
    session.select({FocusKind::token, 0, 1, -1, 4, -1, false});
    session.advance(0.0, {});
    CHECK(session.scene()->image->query == 4);
    CHECK(session.plan() == plan);
    session.select({FocusKind::token, 0, 1, 2, 4, -1, false});  // a head of the strip
    session.advance(0.0, {});
    CHECK(session.scene()->image->heads == std::vector<int>{2});
    CHECK(session.scene()->image->query == 4);
    CHECK(session.head_choice().head == 2);
    session.open_layer(0);
    session.advance(1.0, {});
    CHECK(session.scene()->image->heads == std::vector<int>{2});
    session.enter_head({1, 0}, true);
    session.advance(1.0, {});
    CHECK(session.scene()->image->layer == 1);
    CHECK(session.scene()->image->heads == std::vector<int>{0});
    CHECK(session.scene()->image->query == 4);
    session.show_preset(CameraPreset::token, true);
    session.advance(1.0, {});
    CHECK(session.scene()->image->query == 4);
    session.select({});
    session.advance(0.0, {});
    CHECK(session.scene()->image->query == 0);
}

TEST_CASE("an image can be shown as panes of tokens, and comes back") {
    Session session(settings_of(synthetic::image_frame(2, 3, 1, 2, 3, synthetic::random(4), 30, 20)), {});
    session.advance(0.0, {});
    session.view().scene = SceneChoice::stack;
    session.advance(0.0, {});
    CHECK_FALSE(session.opens_layers());
    CHECK(session.animator().is_flying());
    session.view().scene = SceneChoice::automatic;
    session.advance(0.0, {});
    CHECK(session.opens_layers());
}
