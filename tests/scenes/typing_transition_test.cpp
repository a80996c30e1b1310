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

namespace {

// Where the texts' frames differ by one token at the end; of `before` to `now`, at each of their frames.
void along_transition(const Scene& before, const Scene& now, auto look) {
    Animator animator;
    animator.advance(0.0, {}, 4);
    animator.replace(before.stack);
    for (int n = 0; n <= 10; ++n) {
        look(draw(now, animator.motion()), animator.motion());
        animator.advance(frame_s, {}, 4);
    }
}

std::shared_ptr<const Scene> sinking_scene(int tokens, unsigned seed, float to_first, float to_last) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> weight(0.0f, 1.0f);
    const auto frame = synthetic::frame(2, 2, tokens, [&](int, int, int, int key) {
        return weight(random) + (key == 0 ? to_first : 0.0f) + (key == tokens - 1 ? to_last : 0.0f);
    });
    for (const size_t end : {size_t{0}, static_cast<size_t>(tokens - 1)})
        frame->stacks[0].tokens[end].special = true;
    return plan_scene(frame, {}, nullptr);
}

}  // namespace

TEST_CASE("a pane that has a new row in it comes with the row's lines, and the old one goes with it") {
    for (const int tokens : {4, 9, 15, 30}) {
        const auto before = scene_of(tokens, 1), now = scene_of(tokens + 1, 2);
        float last_sum = 0.0f;
        along_transition(*before, *now, [&](const DrawList& list, const ViewMotion& motion) {
            const TextStackLayout layout = make_layout(*now->stack, motion, {});
            const glm::vec3 row = layout.position(0, 0, tokens);
            float holding = 0.0f, fill = 0.0f;
            for (const Plane& plane : list.planes) {
                fill += plane.fill.a;
                if (plane.corners[2].y <= row.y) holding += plane.fill.a;
            }
            // Of all panes, as much as of the lines is there.
            CHECK(holding >= motion.arrived * fill - 1e-5f);
            if (last_sum > 0.0f) CHECK(fill == Approx(last_sum));
            last_sum = fill;
            for (const Stroke& stroke : list.strokes_below)
                if (std::abs(stroke.a.y - row.y) < 1e-4f &&
                    layout.lowest_foot_u() > layout.half_rows_u() + 0.5f)
                    CHECK(stroke.color.a <= 0.13f * motion.arrived + 1e-4f);
        });
        CHECK(draw(*now, {}).planes.size() == 5);
    }
}

TEST_CASE("a sink's bar goes from where and how long it was to where and how long it is") {
    const auto before = sinking_scene(10, 1, 14.0f, 8.0f), now = sinking_scene(11, 2, 6.0f, 20.0f);
    const auto bars = [](const DrawList& list) {
        std::vector<Stroke> found;
        for (const Stroke& stroke : list.strokes_below)
            if (stroke.width_u > 0.0f) found.push_back(stroke);
        return found;
    };
    const auto from = bars(draw(*before, {})), to = bars(draw(*now, {}));
    REQUIRE(from.size() == 8);  // two sinks, two layers, two lanes
    REQUIRE(to.size() == 8);
    std::vector<Stroke> last = from;
    float way = 0.0f;
    for (size_t i = 0; i < to.size(); ++i)
        way = std::max(way, std::abs(glm::length(to[i].b - to[i].a) - glm::length(from[i].b - from[i].a)));
    REQUIRE(way > 0.2f);
    along_transition(*before, *now, [&](const DrawList& list, const ViewMotion&) {
        const auto here = bars(list);
        REQUIRE(here.size() == 8);
        for (size_t i = 0; i < here.size(); ++i) {
            CHECK(glm::length(here[i].a - last[i].a) < 0.5f);
            CHECK(std::abs(glm::length(here[i].b - here[i].a) - glm::length(last[i].b - last[i].a)) <=
                  0.35f * way);
        }
        last = here;
    });
    for (size_t i = 0; i < to.size(); ++i) {
        CHECK(glm::length(last[i].a - to[i].a) < 1e-5f);
        CHECK(glm::length(last[i].b - to[i].b) < 1e-5f);
    }
}

TEST_CASE("a bar of a sink that is none any more shrinks away, a new one grows") {
    const auto with = sinking_scene(10, 1, 14.0f, 8.0f), without = sinking_scene(10, 2, 14.0f, 0.0f);
    const auto length = [](const DrawList& list) {
        float sum = 0.0f;
        for (const Stroke& stroke : list.strokes_below)
            if (stroke.width_u > 0.0f) sum += glm::length(stroke.b - stroke.a);
        return sum;
    };
    for (const auto& [before, now] : {std::pair(with, without), std::pair(without, with)}) {
        float last = length(draw(*before, {}));
        const float way = std::abs(length(draw(*now, {})) - last);
        REQUIRE(way > 1.0f);
        along_transition(*before, *now, [&](const DrawList& list, const ViewMotion&) {
            CHECK(std::abs(length(list) - last) <= 0.35f * way);
            last = length(list);
        });
        CHECK(last == Approx(length(draw(*now, {}))));
    }
}

TEST_CASE("the ledger's bar slides to its new parts, and its numbers are those of the new text") {
    const auto before = sinking_scene(10, 1, 14.0f, 8.0f), now = sinking_scene(11, 2, 2.0f, 30.0f);
    const auto measure = [](std::string_view text, float size, bool) {
        return 0.5f * size * static_cast<float>(text.size());
    };
    const auto draw_with_words = [&](const Scene& scene, const ViewMotion& motion) {
        return draw_scene(scene, {}, motion, {}, 0.0, {}, measure);
    };
    const auto sinks_end = [](const DrawList& list) {
        std::vector<float> ends;
        for (const ScreenRect& rect : list.rects)
            if (rect.max.y - rect.min.y == 8.0f && rect.min.x < 330.0f) ends.push_back(rect.max.x);
        return ends;
    };
    const auto numbers = [](const DrawList& list) {
        std::string text;
        for (const Label& label : list.labels)
            if (label.text.find(" %") != std::string::npos) text += label.text;
        return text;
    };
    const auto to = sinks_end(draw_with_words(*now, {}));
    std::vector<float> last = sinks_end(draw_with_words(*before, {}));
    REQUIRE(last.size() == 3);
    REQUIRE(to.size() == 3);
    const float way = std::abs(to[1] - last[1]);
    REQUIRE(way > 4.0f);
    Animator animator;
    animator.advance(0.0, {}, 4);
    animator.replace(before->stack);
    for (int n = 0; n <= 10; ++n) {
        const DrawList list = draw_with_words(*now, animator.motion());
        const auto here = sinks_end(list);
        REQUIRE(here.size() == 3);
        CHECK(std::abs(here[1] - last[1]) <= 0.35f * way);
        CHECK(numbers(list) == numbers(draw_with_words(*now, {})));
        last = here;
        animator.advance(frame_s, {}, 4);
    }
    CHECK(last == to);
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
