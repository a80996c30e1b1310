// What comes, goes and flies from one frame of a session to the next, and what reduced motion makes of it.
#include <catch2/catch.hpp>

#include "app/session.h"
#include "tests/scenes/synthetic_frame.h"

using namespace weft;

namespace {

constexpr double frame_s = 1.0 / 60.0;

SessionSettings settings_of(FramePtr trace, bool reduced) {
    SessionSettings settings;
    settings.trace = std::move(trace);
    settings.view.motion = false;  // no wave: what moves is what is tested
    settings.view.reduced_motion = reduced;
    return settings;
}

FramePtr text_of(int tokens, int first_id) {
    const auto frame = synthetic::frame(3, 2, tokens, synthetic::random(4));
    for (Token& token : frame->stacks[0].tokens) token.id += first_id;
    return frame;
}

float measure(std::string_view text, float size_px, bool) {
    return 0.55f * size_px * static_cast<float>(text.size());
}

const Label* pill(const DrawList& list) {
    for (const Label& label : list.labels)
        if (label.pill) return &label;
    return nullptr;
}

int frames_until_settled(Session& session) {
    for (int n = 0; n < 100; ++n) {
        if (session.is_settled()) return n;
        session.advance(frame_s, {});
        session.draw({}, measure);
    }
    return 100;
}

}  // namespace

TEST_CASE("words of a selection come over some frames, and the session moves until they are there") {
    Session session(settings_of(text_of(8, 0), false), {});
    session.advance(0.0, {});
    session.draw({}, measure);
    REQUIRE(frames_until_settled(session) < 100);
    session.select({FocusKind::token, 0, 1, -1, 4, -1, false});
    session.advance(0.25, {});  // the focus itself is there now
    session.draw({}, measure);
    session.select({FocusKind::token, 0, 1, -1, 5, -1, false});  // another word: its labels are new
    session.advance(frame_s, {});
    const DrawList first = session.draw({}, measure);
    REQUIRE(pill(first));
    CHECK_FALSE(session.is_settled());
    CHECK(session.is_moving());
    const int frames = frames_until_settled(session);
    CHECK(frames >= 10);
    CHECK(frames <= 16);
    const DrawList last = session.draw({}, measure);
    REQUIRE(pill(last));
    CHECK(pill(last)->color.a == 1.0f);
    CHECK_FALSE(session.is_moving());
}

TEST_CASE("other words fade in while the old ones' lines go; reduced motion cuts all of it") {
    for (const bool reduced : {false, true}) {
        Session session(settings_of(text_of(8, 0), reduced), {});
        session.advance(0.0, {});
        session.draw({}, measure);
        frames_until_settled(session);
        session.show_trace(text_of(9, 100));
        session.advance(frame_s, {});
        session.draw({}, measure);
        CHECK((session.animator().motion().former != nullptr) == !reduced);
        CHECK(session.is_settled() == reduced);
        CHECK(frames_until_settled(session) <= 70);  // 0.15 s for the lines, 1 s where the camera refits
        CHECK(session.animator().motion().former == nullptr);

        session.select({FocusKind::token, 0, 1, -1, 4, -1, false});
        session.advance(frame_s, {});
        const DrawList list = session.draw({}, measure);
        CHECK(session.is_settled() == reduced);
        if (reduced) {
            REQUIRE(pill(list));
            CHECK(pill(list)->color.a == 1.0f);
        }
        frames_until_settled(session);

        session.show_preset(CameraPreset::end);
        CHECK(session.animator().is_flying() == !reduced);
        SavedPlace place = session.here();
        place.camera.yaw_deg = 40.0f;
        session.go_to(place, false);
        CHECK(session.animator().is_flying() == !reduced);
        session.go_to(place, true);
        CHECK_FALSE(session.animator().is_flying());
        CHECK(session.animator().camera() == place.camera);
    }
}

namespace {

// A point of the picture where a line lies, and, after `change`, how often what lies there changed until it
// came to rest; what `session` says is hovered must not have changed with it.
int changes_under_resting_pointer(Session& session, glm::vec2 pointer, auto change) {
    session.hover(pointer, {}, false);
    change();
    Focus before = session.view().hovered;
    int changes = 0;
    for (int n = 0; n < 120; ++n) {
        session.advance(frame_s, {});
        session.hover(pointer, {}, false);
        if (!session.animator().carries_picture()) break;
        CHECK(session.is_moving());
        CHECK(session.view().hovered == before);
        const Focus here = pick_scene(*session.scene(), session.view(), session.animator().motion(),
                                      session.animator().camera(), {}, pointer, false);
        changes += here != before;
    }
    CHECK_FALSE(session.animator().carries_picture());
    CHECK(session.view().hovered == pick_scene(*session.scene(), session.view(), session.animator().motion(),
                                               session.animator().camera(), {}, pointer, false));
    return changes;
}

glm::vec2 point_on_a_line(Session& session) {
    for (float y = 200.0f; y < 500.0f; y += 3.0f)
        for (float x = 300.0f; x < 900.0f; x += 7.0f) {
            session.hover({x, y}, {}, false);
            if (session.view().hovered.kind == FocusKind::edge) return {x, y};
        }
    FAIL("no line to point at");
    return {};
}

}  // namespace

TEST_CASE("under a pointer that rests nothing is hovered anew until rows and camera have come to rest") {
    Session session(settings_of(text_of(12, 0), false), {});
    session.advance(0.0, {});
    session.draw({}, measure);
    frames_until_settled(session);
    const glm::vec2 pointer = point_on_a_line(session);
    CHECK(changes_under_resting_pointer(session, pointer, [&] { session.show_trace(text_of(13, 100)); }) > 0);
    CHECK(changes_under_resting_pointer(session, pointer, [&] { session.show_preset(CameraPreset::end); }) >
          0);
    CHECK(changes_under_resting_pointer(session, pointer, [&] { session.show_preset(CameraPreset::front); }) >
          0);
    frames_until_settled(session);
    session.hover(pointer, {}, false);
    CHECK_FALSE(session.is_moving());

    // Who moves the pointer, or presses Shift, asks anew, also on the way.
    session.show_preset(CameraPreset::default_view);
    session.advance(0.5, {});
    const auto fresh = [&](glm::vec2 at, bool out_of_key) {
        return pick_scene(*session.scene(), session.view(), session.animator().motion(),
                          session.animator().camera(), {}, at, out_of_key);
    };
    const Focus kept = session.view().hovered;
    glm::vec2 other = pointer + glm::vec2(5.0f, 0.0f);
    while (fresh(other, false) == kept && other.x < 1200.0f) other.x += 5.0f;
    REQUIRE(fresh(other, false) != kept);
    for (const bool out_of_key : {false, true}) {
        const Focus wanted = fresh(other, out_of_key);
        session.hover(other, {}, out_of_key);
        CHECK(session.view().hovered == wanted);
    }
}

TEST_CASE("hands that fly hover nothing anew before they stop, and a panel's hover is its own") {
    Session session(settings_of(text_of(12, 0), false), {});
    session.advance(0.0, {});
    session.draw({}, measure);
    frames_until_settled(session);
    const glm::vec2 pointer = point_on_a_line(session);
    const Focus kept = session.view().hovered;
    frames_until_settled(session);
    session.camera_taken_by_hand();
    session.animator().camera().target.y += 1.3f;
    session.hover(pointer, {}, false, true);
    CHECK(session.view().hovered == kept);
    CHECK(session.is_moving());
    session.hover(pointer, {}, false, false);
    CHECK(session.view().hovered != kept);

    session.hover(pointer, {}, false, true);
    session.set_hovered({});
    session.advance(1.0, {});
    CHECK_FALSE(session.is_moving());
    session.hover(pointer, {}, false, true);  // the pointer comes back from the panel
    CHECK(session.view().hovered.kind != FocusKind::none);
}

TEST_CASE("one place goes before another comes, and neither is seen at once") {
    SessionSettings settings;
    settings.trace = synthetic::two_stacks(3, 2, 5, 8, synthetic::random(4));
    Session session(std::move(settings), {});
    const Viewport viewport;
    const MeasureText measure = [](std::string_view text, float size_px, bool) {
        return 0.5f * size_px * static_cast<float>(text.size());
    };
    session.advance(1.0, viewport);
    const size_t towers = session.draw(viewport, measure).planes.size();
    session.view().scene = SceneChoice::stack;
    session.advance(0.01, viewport);
    CHECK(session.draw(viewport, measure).planes.size() == towers);
    CHECK(session.is_moving());
    CHECK_FALSE(session.is_settled());
    session.advance(0.16, viewport);
    const DrawList coming = session.draw(viewport, measure);
    CHECK(coming.planes.size() < towers);
    session.advance(1.0, viewport);
    session.advance(1.0, viewport);
    const DrawList there = session.draw(viewport, measure);
    REQUIRE(there.planes.size() == coming.planes.size());
    CHECK(coming.planes[0].edge.a < 0.5f * there.planes[0].edge.a);
    CHECK(session.is_settled());
}
