#include "scenes/layout.h"

#include <catch2/catch.hpp>

using namespace weft;

namespace {

constexpr float wide = 16.0f / 9.0f, tall = 0.6f;

void check_equal(const glm::vec3& a, const glm::vec3& b) {
    CAPTURE(a.x, a.y, a.z, b.x, b.y, b.z);
    CHECK(glm::length(a - b) < 1e-4f);
}

glm::vec3 box_centre(const TextStackLayout& layout) {
    glm::vec3 sum{0.0f};
    for (const glm::vec3& corner : layout.box_corners()) sum += corner;
    return sum / 8.0f;
}

}  // namespace

TEST_CASE("twelve layers, fifteen tokens and twelve heads have the distances of the design") {
    CHECK(pane_pitch_u(12) == Approx(2.17).epsilon(0.005));
    CHECK(token_pitch_u(15) == Approx(0.86).epsilon(0.005));
    CHECK(lane_pitch_u(12, 12) == Approx(0.39).epsilon(0.015));
}

TEST_CASE("distances stay within their limits for small and large models") {
    CHECK(pane_pitch_u(1) == 5.0f);
    CHECK(pane_pitch_u(48) == 1.6f);
    CHECK(token_pitch_u(1) == 1.5f);
    CHECK(token_pitch_u(2) == 1.5f);
    CHECK(token_pitch_u(160) == Approx(12.0 / 159.0));
    CHECK(token_pitch_u(10000) == 0.004f);
    CHECK(lane_pitch_u(6, 12) == 0.6f);
    CHECK(lane_pitch_u(24, 64) == 0.12f);
    CHECK(lane_pitch_u(12, 1) == 0.6f);
}

TEST_CASE("layers advance to the right, tokens downwards, lanes away from the viewer") {
    const TextStackLayout layout = make_layout(6, 10, 8, wide, {});
    CHECK(layout.key_position(3, 2, 4).x > layout.key_position(2, 2, 4).x);
    CHECK(layout.key_position(3, 2, 5).y < layout.key_position(3, 2, 4).y);
    CHECK(layout.key_position(3, 3, 4).z < layout.key_position(3, 2, 4).z);
    check_equal(layout.query_position(2, 3, 4), layout.key_position(3, 3, 4));
    check_equal(box_centre(layout), glm::vec3(0.0f));
}

TEST_CASE("every token of every lane lies on its pane") {
    const TextStackLayout layout = make_layout(6, 10, 8, wide, {});
    for (int pane = 0; pane <= 6; ++pane) {
        const auto corners = layout.pane_corners(pane);
        for (int lane : {0, 7})
            for (int token : {0, 9}) {
                const glm::vec3 p = layout.position(pane, lane, token);
                CHECK(p.x == Approx(corners[0].x));
                CHECK((p.y < corners[0].y && p.y > corners[2].y));
                CHECK((p.z < corners[0].z && p.z > corners[2].z));
            }
    }
}

TEST_CASE("folding brings all lanes into one plane") {
    ViewMotion motion;
    motion.fold = 1.0f;
    const TextStackLayout layout = make_layout(6, 10, 8, wide, motion);
    check_equal(layout.key_position(2, 0, 4), layout.key_position(2, 7, 4));
    motion.fold = 0.5f;
    CHECK(make_layout(6, 10, 8, wide, motion).lane_pitch == Approx(0.5f * lane_pitch_u(6, 8)));
}

TEST_CASE("stacking exchanges rows and layers: layers go up, tokens run to the right") {
    ViewMotion motion;
    motion.stack = 1.0f;
    const TextStackLayout panes = make_layout(6, 10, 8, tall, {});
    const TextStackLayout stack = make_layout(6, 10, 8, tall, motion);
    const glm::vec3 p = panes.key_position(2, 3, 4), s = stack.key_position(2, 3, 4);
    check_equal(s, {-p.y, p.x, p.z});
    CHECK(stack.key_position(3, 3, 4).y > s.y);
    CHECK(stack.key_position(2, 3, 5).x > s.x);
}

TEST_CASE("in a wide picture the stack gives the width to the tokens") {
    ViewMotion motion;
    motion.stack = 1.0f;
    const TextStackLayout stack = make_layout(6, 32, 8, wide, motion);
    CHECK(stack.token_pitch * 31.0f == Approx(26.0f));
    CHECK(stack.pane_pitch * 6.0f == Approx(12.0f));
    CHECK(make_layout(6, 1, 8, wide, motion).pane_pitch == Approx(2.0f));
}

TEST_CASE("half way between panes and stack nothing collapses") {
    ViewMotion motion;
    motion.stack = 0.5f;
    const TextStackLayout layout = make_layout(6, 10, 8, wide, motion);
    CHECK(glm::length(layout.layer_axis) == Approx(1.0f));
    CHECK(glm::dot(layout.layer_axis, layout.token_axis) == Approx(0.0f).margin(1e-6));
    check_equal(box_centre(layout), glm::vec3(0.0f));
}

TEST_CASE("the gap of the entered head is one and a half times as wide and the whole stays centred") {
    ViewMotion motion;
    motion.inside = 1.0f;
    motion.inside_layer = 2;
    const TextStackLayout layout = make_layout(6, 10, 8, wide, motion);
    CHECK(layout.gap_u(2) == Approx(1.5f * layout.gap_u(1)));
    CHECK(layout.gap_u(3) == Approx(layout.gap_u(1)));
    check_equal(box_centre(layout), glm::vec3(0.0f));
}

TEST_CASE("a layout of nothing is harmless") {
    const TextStackLayout layout = make_layout(0, 0, 0, wide, {});
    CHECK(layout.pane_at.size() == 1);
    check_equal(box_centre(layout), glm::vec3(0.0f));
}
