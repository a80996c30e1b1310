#include "scenes/camera_path.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "scenes/scene.h"
#include "synthetic_frame.h"

using namespace weft;

TEST_CASE("the default path turns, moves and zooms no faster than the design allows") {
    for (const auto& [layers, tokens] : {std::pair{6, 16}, {12, 15}, {1, 2}, {12, 130}}) {
        const auto scene =
            plan_scene(synthetic::frame(layers, 12, tokens, synthetic::random(1)), {}, nullptr);
        const double step_s = 1.0 / 240.0;
        PathPose last = default_path(*scene, 0.0, {});
        double turn = 0.0, zoom = 0.0, move = 0.0, dolly = 0.0;
        for (int n = 1; n <= 4800; ++n) {
            const PathPose pose = default_path(*scene, n * step_s, {});
            const auto rate = [&](float a, float b) { return static_cast<double>(std::abs(a - b)) / step_s; };
            turn = std::max(turn, std::hypot(rate(pose.camera.yaw_deg, last.camera.yaw_deg),
                                             rate(pose.camera.pitch_deg, last.camera.pitch_deg)));
            zoom = std::max(zoom, rate(pose.camera.fov_deg, last.camera.fov_deg));
            move = std::max(
                move, static_cast<double>(glm::length(pose.camera.target - last.camera.target)) / step_s);
            dolly = std::max(dolly, rate(pose.camera.distance_u, last.camera.distance_u));
            last = pose;
        }
        INFO(layers << " layers, " << tokens << " tokens");
        CHECK(turn <= 15.0 + 0.1);
        CHECK(zoom <= 4.0 + 0.1);
        CHECK(move <= 10.0);
        CHECK(dolly <= 10.0);
    }
}

TEST_CASE("velocity and acceleration of the default path are continuous at its keys") {
    const auto scene = plan_scene(synthetic::frame(6, 12, 16, synthetic::random(1)), {}, nullptr);
    for (const double key_s : {2.0, 5.0, 9.0, 12.0, 16.0}) {
        const double h = 0.02;
        const auto yaw = [&](double t) {
            return static_cast<double>(default_path(*scene, t, {}).camera.yaw_deg);
        };
        const auto x = [&](double t) {
            return static_cast<double>(default_path(*scene, t, {}).camera.target.x);
        };
        INFO("key at " << key_s << " s");
        CHECK(std::abs(yaw(key_s + h) - yaw(key_s)) / h < 0.1);
        CHECK(std::abs(yaw(key_s) - yaw(key_s - h)) / h < 0.1);
        CHECK(std::abs(x(key_s + h) - x(key_s - h)) / h < 0.1);
    }
}

TEST_CASE("the default path holds for two seconds or more and ends where the design says") {
    const auto scene = plan_scene(synthetic::frame(6, 12, 16, synthetic::random(1)), {}, nullptr);
    for (const auto& [from_s, to_s] : {std::pair{0.0, 2.0}, {5.0, 9.0}, {12.0, 16.0}})
        CHECK(default_path(*scene, from_s, {}).camera == default_path(*scene, to_s, {}).camera);
    CHECK(default_path(*scene, 0.0, {}).motion.fold == 1.0f);
    CHECK(default_path(*scene, 7.0, {}).motion.fold == 0.0f);
    CHECK(default_path(*scene, 14.0, {}).selected.kind == FocusKind::head);
    CHECK(default_path(*scene, 14.0, {}).motion.inside_layer == 3);
    const PathPose end = default_path(*scene, 20.0, {});
    CHECK(end.camera.yaw_deg == Approx(24.0f));
    CHECK(end.camera.pitch_deg == Approx(6.0f));
    CHECK(end.motion.inside == 0.0f);
    CHECK(default_path(*scene, 99.0, {}).camera == end.camera);
}

TEST_CASE("the strongest head is not one that position explains") {
    // Head 0: previous token, head 1: itself, head 2: always word 3, head 3: uniform.
    const auto frame = synthetic::frame(1, 4, 8, [](int, int h, int i, int j) {
        if (h == 0) return j == std::max(i - 1, 0) ? 1.0f : 0.0f;
        if (h == 1) return i == j ? 1.0f : 0.0f;
        if (h == 2) return j == 3 ? 5.0f : 1.0f;
        return 1.0f;
    });
    CHECK(strongest_head(*frame, frame->blocks[0], 0) == 2);
    const auto self = synthetic::frame(1, 2, 4, synthetic::identity());
    CHECK(strongest_head(*self, self->blocks[0], 0) == 0);
}

TEST_CASE("the strongest line joins two words that are no neighbours") {
    // Strongest of all: a comma's, a neighbour's and a special token's line; then word 1 reads word 4.
    auto frame = synthetic::frame(1, 1, 7, [](int, int, int i, int j) {
        if (i == 2 && j == 5) return 90.0f;
        if (i == 3 && j == 4) return 80.0f;
        if (i == 4 && j == 0) return 70.0f;
        if (i == 1 && j == 4) return 20.0f;
        return 1.0f;
    });
    frame->stacks[0].tokens[5].text = ",";
    const Focus line = strongest_line(*frame, frame->blocks[0], 0, 0);
    CHECK(line.kind == FocusKind::edge);
    CHECK(line.query == 1);
    CHECK(line.key == 4);
    const auto two = synthetic::frame(1, 1, 2, synthetic::uniform());
    CHECK(strongest_line(*two, two->blocks[0], 0, 0).kind == FocusKind::none);
}
