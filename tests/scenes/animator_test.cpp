#include "scenes/animator.h"

#include <catch2/catch.hpp>

#include "synthetic_frame.h"

using namespace weft;

namespace {

void run(Animator& animator, const ViewState& view, double seconds, double dt_s) {
    const int steps = static_cast<int>(seconds / dt_s + 0.5);
    for (int n = 0; n < steps; ++n) animator.advance(dt_s, view, 0);
}

Camera far_camera() {
    Camera camera;
    camera.target = {3.0f, -1.0f, 2.0f};
    camera.yaw_deg = 20.0f, camera.distance_u = 12.0f;
    return camera;
}

}  // namespace

TEST_CASE("transitions end at the same state whatever the frame rate, and stand on the way alike") {
    ViewState view;
    view.hovered = {FocusKind::token, 0, 1, -1, 2, -1, false};
    for (const double until_s : {0.1, 0.4, 0.5, 2.0}) {
        Animator slow, fast;
        for (Animator* animator : {&slow, &fast}) {
            animator->set_fold(true);
            animator->fly_to(far_camera());
            animator->enter_head(1, 2);
        }
        run(slow, view, until_s, 1.0 / 30.0);
        run(fast, view, until_s, 1.0 / 150.0);
        INFO("after " << until_s << " s");
        CHECK(slow.motion().fold == Approx(fast.motion().fold).margin(1e-5));
        CHECK(slow.motion().focus == Approx(fast.motion().focus).margin(1e-5));
        CHECK(slow.camera().yaw_deg == Approx(fast.camera().yaw_deg).margin(1e-4));
        CHECK(slow.is_moving() == fast.is_moving());
    }
}

TEST_CASE("each transition takes the design's time and then nothing moves") {
    Animator animator;
    ViewState view;
    animator.set_fold(true);
    run(animator, view, 0.75, 0.05);
    CHECK(animator.is_moving());
    CHECK(animator.motion().fold < 1.0f);
    run(animator, view, 0.05, 0.05);
    CHECK(animator.motion().fold == 1.0f);
    CHECK_FALSE(animator.is_moving());
    animator.fly_to(far_camera());
    run(animator, view, 0.95, 0.05);
    CHECK(animator.is_moving());
    run(animator, view, 0.05, 0.05);
    CHECK(animator.camera() == far_camera());
    CHECK_FALSE(animator.is_moving());
}

TEST_CASE("a focus comes in 0.25 s, goes in 0.35 s and is remembered while it goes") {
    Animator animator;
    ViewState view;
    view.hovered = {FocusKind::token, 0, 1, -1, 2, -1, false};
    run(animator, view, 0.25, 0.05);
    CHECK(animator.motion().focus == 1.0f);
    view.hovered = {};
    run(animator, view, 0.30, 0.05);
    CHECK(animator.motion().shown_focus.query == 2);
    run(animator, view, 0.05, 0.05);
    CHECK(animator.motion().focus == 0.0f);
    CHECK(animator.motion().shown_focus.kind == FocusKind::none);
    CHECK_FALSE(animator.is_moving());
}

TEST_CASE("reduced motion cuts and starts no wave") {
    Animator animator;
    ViewState view;
    view.reduced_motion = true;
    animator.advance(0.01, view, 0);
    animator.set_fold(true);
    animator.fly_to(far_camera());
    animator.restart_wave();
    const auto plan = plan_text_stack(synthetic::frame(2, 2, 4, synthetic::uniform()), view, 0);
    animator.advance(0.01, view, static_cast<int>(plan->layers.size()));
    CHECK(animator.motion().fold == 1.0f);
    CHECK(animator.camera() == far_camera());
    CHECK(animator.motion().wave_s < 0.0f);
    CHECK_FALSE(animator.is_moving());
}

TEST_CASE("a wave that rests sends no pulses until it is started again") {
    Animator animator;
    const ViewState view;
    const auto plan = plan_text_stack(synthetic::frame(2, 2, 4, synthetic::uniform()), view, 0);
    animator.advance(0.1, view, static_cast<int>(plan->layers.size()));
    REQUIRE(animator.motion().wave_s >= 0.0f);
    animator.rest_wave();
    animator.advance(2.0, view, static_cast<int>(plan->layers.size()));
    CHECK(animator.motion().wave_s < 0.0f);
    CHECK_FALSE(animator.is_moving());
    animator.restart_wave();
    animator.advance(0.1, view, static_cast<int>(plan->layers.size()));
    CHECK(animator.motion().wave_s == Approx(0.1f));
}

TEST_CASE("who moves the camera ends a flight") {
    Animator animator;
    animator.fly_to(far_camera());
    run(animator, {}, 0.5, 0.05);
    animator.camera().yaw_deg = 77.0f;
    run(animator, {}, 2.0, 0.05);
    CHECK(animator.camera().yaw_deg == 77.0f);
}

TEST_CASE("a call during a transition goes on from where it is") {
    Animator animator;
    animator.set_fold(true);
    run(animator, {}, 0.4, 0.05);
    const float half = animator.motion().fold;
    animator.set_fold(false);
    animator.advance(0.001, {}, 0);
    CHECK(animator.motion().fold == Approx(half).margin(0.01));
    run(animator, {}, 1.0, 0.05);
    CHECK(animator.motion().fold == 0.0f);
}

TEST_CASE("from one word to the next the light goes over in 0.2 s, and turns back where it is") {
    Animator animator;
    ViewState view;
    const Focus first{FocusKind::token, 0, 1, -1, 2, -1, false},
        second{FocusKind::token, 0, 3, -1, 4, -1, false};
    view.hovered = first;
    run(animator, view, 1.0, 0.01);
    CHECK(animator.motion().followed == 1.0f);
    view.hovered = second;
    animator.advance(0.01, view, 0);
    CHECK(animator.motion().shown_focus == second);
    CHECK(animator.motion().former_focus == first);
    CHECK(animator.motion().followed < 0.1f);
    CHECK_FALSE(animator.is_settled());
    run(animator, view, 0.11, 0.01);
    const float come = animator.motion().followed;
    CHECK(come > 0.5f);
    CHECK(come < 1.0f);
    view.hovered = first;
    animator.advance(1e-6, view, 0);
    CHECK(animator.motion().former_focus == second);
    CHECK(animator.motion().followed == Approx(1.0f - come).margin(1e-3));
    run(animator, view, 0.2, 0.01);
    CHECK(animator.motion().followed == 1.0f);
    CHECK(animator.motion().former_focus == Focus{});
    CHECK(animator.is_settled());
}
