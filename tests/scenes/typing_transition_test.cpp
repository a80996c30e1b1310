// From one text to the next: old lines go, new ones come and rows slide, and nothing of it stays.
#include <catch2/catch.hpp>
#include <random>

#include "scenes/animator.h"
#include "scenes/layout.h"
#include "scenes/scene.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

constexpr double frame_s = 1.0 / 60.0;

std::shared_ptr<const Scene> scene_of(int tokens, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> weight(0.0f, 1.0f);
    const auto frame = synthetic::frame(4, 3, tokens, [&](int, int, int, int) {
        const float w = weight(random);
        return w * w * w * w;
    });
    return plan_scene(frame, {}, nullptr);
}

struct Shown {
    float former = 0.0f, now = 0.0f;  // greatest opacity of the lines of each text
};

Shown shown(const DrawList& list, const Scene& before, const Scene& now) {
    Shown shown;
    for (const FlowBatch& batch : list.flows) {
        const auto& values = list.blocks[batch.block].values;
        const auto is_of = [&](const Scene& scene) {
            for (const WeightBlock& block : scene.stack->blocks)
                if (block.values == values) return true;
            return false;
        };
        if (is_of(before)) shown.former = std::max(shown.former, batch.opacity_scale);
        if (is_of(now)) shown.now = std::max(shown.now, batch.opacity_scale);
    }
    return shown;
}

DrawList draw(const Scene& scene, const ViewMotion& motion) {
    return draw_scene(scene, {}, motion, {}, 0.0, {}, {});
}

}  // namespace

TEST_CASE("old lines are gone after 0.1 s and new ones are there after 0.15 s, without a jump between") {
    const auto before = scene_of(9, 1), now = scene_of(10, 2);
    Animator animator;
    animator.advance(0.0, {}, 4);
    animator.replace(before->stack);
    CHECK_FALSE(animator.is_settled());
    Shown last{1.0f, 0.0f};
    for (int n = 0; n <= 12; ++n) {
        const Shown here = shown(draw(*now, animator.motion()), *before, *now);
        CHECK(here.former <= last.former);
        CHECK(here.now >= last.now);
        CHECK(last.former - here.former <= 0.2f);
        CHECK(here.now - last.now <= 0.25f);
        CHECK(std::max(here.former, here.now) >= 0.5f);  // never an empty picture
        if (static_cast<double>(n) * frame_s >= 0.1) CHECK(here.former <= 1e-6f);
        if (static_cast<double>(n) * frame_s >= 0.15) CHECK(here.now == 1.0f);
        last = here;
        animator.advance(frame_s, {}, 4);
    }
    CHECK(animator.is_settled());
    CHECK(animator.motion().former == nullptr);
}

TEST_CASE("rows slide from where they stood to where they stand") {
    const auto before = scene_of(20, 1), now = scene_of(30, 2);
    const auto first_row = [](const Scene& scene, const ViewMotion& motion) {
        return make_layout(*scene.stack, motion, {}).position(0, 0, 0).y;
    };
    const auto last_row = [](const Scene& scene, const ViewMotion& motion, int token) {
        return make_layout(*scene.stack, motion, {}).position(0, 0, token).y;
    };
    Animator animator;
    animator.advance(0.0, {}, 4);
    animator.replace(before->stack);
    CHECK(first_row(*now, animator.motion()) == Approx(first_row(*before, {})));
    CHECK(last_row(*now, animator.motion(), 19) == Approx(last_row(*before, {}, 19)));
    float y = last_row(*now, animator.motion(), 19);
    const float way = last_row(*now, {}, 19) - y;
    for (int n = 0; n < 12; ++n) {
        animator.advance(frame_s, {}, 4);
        const float here = last_row(*now, animator.motion(), 19);
        CHECK(here >= y - 1e-5f);  // 20 rows of 30 end higher than 20 of 20
        CHECK(here - y <= 0.35f * way);
        y = here;
    }
    CHECK(y == last_row(*now, {}, 19));
    CHECK(make_layout(*now->stack, animator.motion(), {}).rows == 30.0f);
}

TEST_CASE("who types faster than lines come sees each set go from where it was") {
    const auto first = scene_of(9, 1), second = scene_of(9, 2), third = scene_of(9, 3);
    Animator animator;
    animator.advance(0.0, {}, 4);
    animator.replace(first->stack);
    animator.advance(0.03, {}, 4);
    const float opacity = shown(draw(*second, animator.motion()), *first, *second).now;
    animator.replace(second->stack);
    CHECK(shown(draw(*third, animator.motion()), *second, *third).former == Approx(opacity));
}

TEST_CASE("reduced motion and pictures at rest show the new text alone") {
    const auto before = scene_of(9, 1), now = scene_of(10, 2);
    ViewState reduced;
    reduced.reduced_motion = true;
    Animator animator;
    animator.advance(0.0, reduced, 4);
    animator.replace(before->stack);
    CHECK(animator.motion().former == nullptr);
    CHECK(shown(draw(*now, animator.motion()), *before, *now).former == 0.0f);

    Animator moving;
    moving.advance(0.0, {}, 4);
    moving.replace(before->stack);
    moving.finish();
    CHECK(moving.motion().former == nullptr);
    const Shown still = shown(draw(*now, moving.motion()), *before, *now);
    CHECK(still.former == 0.0f);
    CHECK(still.now == 1.0f);
}
