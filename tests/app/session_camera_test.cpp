// Where a session looks from when something else is shown, and its path.
#include <catch2/catch.hpp>

#include "tests/app/session_rig.h"
#include "tests/scenes/synthetic_image.h"

using namespace weft;

TEST_CASE("who stands in a head or along a token stays in one that is there") {
    const auto frame = synthetic::two_stacks(3, 4, 12, 5, synthetic::random(4));
    AttentionBlock& cross = frame->blocks[2];
    cross.heads = 2;
    for (auto& weights : cross.layer_weights)
        weights = std::make_shared<std::vector<float>>(weights->begin(), weights->begin() + 2 * 5 * 12);
    Session session(settings_of(frame), {});
    session.set_attention(AttentionKind::encoder);
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

TEST_CASE("the path of an image ends at its last layer without turning back") {
    Session session(settings_of(synthetic::image_frame(4, 2, 1, 2, 2, synthetic::random(4), 20, 20)), {});
    session.advance(0.0, {});
    session.play(Show::path, 8.0);
    session.advance(0.1, {});
    CHECK(session.scene()->image->layer < 3);
    CHECK(std::abs(session.animator().motion().open_key -
                   static_cast<float>(session.scene()->image->layer)) <= 0.5f);
    session.advance(12.0, {});
    CHECK(session.show() == Show::none);
    session.advance(0.0, {});
    CHECK(session.scene()->image->layer == 3);
    CHECK(session.animator().motion().open_key == 3.0f);
}
