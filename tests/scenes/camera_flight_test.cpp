#include "scenes/camera_flight.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "scenes/animator.h"
#include "scenes/camera_path.h"
#include "scenes/focus_camera.h"
#include "scenes/projection.h"
#include "scenes/scene.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

constexpr double step_s = 1.0 / 240.0;

Scene scene_of(int layers, int heads, int tokens) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> weight(0.0f, 1.0f);
    const auto frame = synthetic::frame(layers, heads, tokens, [&](int, int, int, int) {
        const float w = weight(random);
        return w * w * w * w;
    });
    return *plan_scene(frame, {}, nullptr);
}

struct Rates {
    double turn = 0.0, fov = 0.0, speed = 0.0, jump = 0.0;  // largest, each second
};

// Largest change of acceleration each second: of yaw and pitch, degrees/s^3, and of the target, u/s^3. By
// third differences over the flight with the rest before and after it, so that a start or an end with a jerk
// of its own is seen; steps long enough that rounding of float cameras stays below.
struct Jerks {
    double turn = 0.0, target = 0.0;
};

Jerks jerks_of(const CameraFlight& flight, const Camera& from) {
    constexpr double long_step_s = 1.0 / 30.0;
    Jerks jerks;
    std::vector<Camera> cameras;
    for (double t = -4.0 * long_step_s; t < flight.duration_s() + 4.0 * long_step_s; t += long_step_s)
        cameras.push_back(t < 0.0 ? from : flight.at(t));
    const auto third = [&](size_t i, auto value) {
        return (value(cameras[i + 3]) - 3.0 * value(cameras[i + 2]) + 3.0 * value(cameras[i + 1]) -
                value(cameras[i])) /
               (long_step_s * long_step_s * long_step_s);
    };
    for (size_t i = 0; i + 3 < cameras.size(); ++i) {
        const double yaw = third(i, [&](const Camera& c) {
            return std::remainder(static_cast<double>(c.yaw_deg - from.yaw_deg), 360.0);
        });
        const double pitch = third(i, [](const Camera& c) { return static_cast<double>(c.pitch_deg); });
        jerks.turn = std::max({jerks.turn, std::abs(yaw), std::abs(pitch)});
        for (int axis = 0; axis < 3; ++axis)
            jerks.target = std::max(
                jerks.target,
                std::abs(third(i, [axis](const Camera& c) { return static_cast<double>(c.target[axis]); })));
    }
    return jerks;
}

// By differences of the flown cameras: nothing of the flight's own formulas.
Rates rates_of(const std::function<Camera(double)>& flight, double duration_s) {
    Rates rates;
    std::vector<double> yaw;
    for (double t = 0.0; t < duration_s; t += step_s) {
        const Camera a = flight(t), b = flight(std::min(t + step_s, duration_s));
        const double turn =
            std::max(std::abs(std::remainder(static_cast<double>(b.yaw_deg - a.yaw_deg), 360.0)),
                     std::abs(static_cast<double>(b.pitch_deg - a.pitch_deg)));
        rates.turn = std::max(rates.turn, turn / step_s);
        rates.fov = std::max(rates.fov, std::abs(static_cast<double>(b.fov_deg - a.fov_deg)) / step_s);
        rates.speed =
            std::max(rates.speed, static_cast<double>(glm::length(b.target - a.target)) / step_s);
        yaw.push_back(std::remainder(static_cast<double>(b.yaw_deg - a.yaw_deg), 360.0) / step_s);
    }
    for (size_t i = 1; i < yaw.size(); ++i)
        rates.jump = std::max(rates.jump, std::abs(yaw[i] - yaw[i - 1]) / step_s);
    return rates;
}

std::vector<Camera> presets_of(const Scene& scene, const Viewport& viewport) {
    std::vector<Camera> cameras;
    const int layers = static_cast<int>(scene.stack->layers.size());
    for (const float fold : {0.0f, 1.0f}) {
        ViewMotion motion;
        motion.fold = fold;
        for (const CameraPreset preset : {CameraPreset::default_view, CameraPreset::front, CameraPreset::top,
                                          CameraPreset::end, CameraPreset::head, CameraPreset::token}) {
            const Focus focus{preset == CameraPreset::token ? FocusKind::token : FocusKind::head,
                              0,
                              layers - 1,
                              preset == CameraPreset::token ? -1 : 0,
                              preset == CameraPreset::token ? 0 : -1,
                              -1,
                              false};
            cameras.push_back(scene_camera(scene, preset, motion, focus, viewport));
        }
    }
    return cameras;
}

Camera random_camera(std::mt19937& random) {
    const auto between = [&](float low, float high) {
        return std::uniform_real_distribution<float>(low, high)(random);
    };
    Camera camera;
    camera.target = {between(-15, 15), between(-6, 6), between(-3, 3)};
    camera.yaw_deg = between(-180, 180);
    camera.pitch_deg = between(-85, 85);
    camera.distance_u = between(1, 90);
    camera.fov_deg = between(6, 40);
    return camera;
}

}  // namespace

TEST_CASE("flights between all pairs of views turn, zoom and move within their limits and end exactly") {
    for (const auto& [layers, heads, tokens] :
         {std::tuple{12, 12, 15}, {2, 1, 1}, {6, 12, 32}, {24, 16, 130}}) {
        const Scene scene = scene_of(layers, heads, tokens);
        const std::vector<Camera> cameras = presets_of(scene, {});
        for (const Camera& from : cameras) {
            for (const Camera& to : cameras) {
                const double duration_s = flight_duration_s(from, to, 1.0);
                const CameraFlight flight(from, to, duration_s);
                CHECK(duration_s >= 1.0);
                CHECK(duration_s <= 4.0);
                CHECK(flight.at(duration_s) == to);
                const Rates rates = rates_of([&](double t) { return flight.at(t); }, duration_s);
                CHECK(rates.turn <= view_turns_deg_s * 1.001 + 0.05);
                CHECK(rates.fov <= view_fov_deg_s * 1.001 + 0.01);
                CHECK(rates.speed <= view_moves_u_s * 1.001 + 0.02);
            }
        }
    }
}

TEST_CASE("the default path turns at most 15 degrees a second, and its fov changes at most 4") {
    for (const auto& [layers, heads, tokens] : {std::tuple{12, 12, 15}, {2, 2, 3}, {24, 16, 60}}) {
        const Scene scene = scene_of(layers, heads, tokens);
        const Rates rates =
            rates_of([&](double t) { return default_path(scene, t, {}).camera; }, default_path_duration_s);
        CHECK(rates.turn <= 15.05);
        CHECK(rates.fov <= 4.05);
        CHECK(rates.speed <= 10.05);
    }
}

// A quintic from rest to rest over d in T has the speed 1.875 d / T and the jerk 60 d / T^3 at most: 32 times
// its speed / T^2, and T is 1 s or more.
TEST_CASE("the jerk of a flight is at most 32 times the limit of its speed") {
    for (const auto& [layers, heads, tokens] :
         {std::tuple{12, 12, 15}, {2, 1, 1}, {6, 12, 32}, {24, 16, 130}}) {
        const std::vector<Camera> cameras = presets_of(scene_of(layers, heads, tokens), {});
        for (const Camera& from : cameras) {
            for (const Camera& to : cameras) {
                const Jerks jerks = jerks_of(CameraFlight(from, to, flight_duration_s(from, to, 1.0)), from);
                CHECK(jerks.turn <= 32.0 * view_turns_deg_s + 10.0);
                CHECK(jerks.target <= 32.0 * view_moves_u_s + 5.0);
            }
        }
    }
}

TEST_CASE("a flight that takes another's place goes on as fast as that was") {
    std::mt19937 random(11);
    for (int n = 0; n < 50; ++n) {
        const Camera from = random_camera(random), first = random_camera(random),
                     second = random_camera(random);
        const double whole_s = flight_duration_s(from, first, 1.0), at_s = 0.1 * (n % 10) * whole_s;
        const CameraFlight before(from, first, whole_s);
        const double rest_s = flight_duration_s(before.at(at_s), second, 1.0);
        const CameraFlight after(before, at_s, second, rest_s);
        const auto both = [&](double t) { return t < at_s ? before.at(t) : after.at(t - at_s); };
        const Rates rates = rates_of(both, at_s + rest_s);
        // Acceleration of yaw has a bound, also where one follows the other: at rest it is 5.8 * 90 degrees/s
        // in a second or more.
        CHECK(rates.jump <= 2500.0);
        CHECK(rates.turn <= 3.0 * view_turns_deg_s);
        CHECK(after.at(rest_s) == second);
    }
}

TEST_CASE("yaw goes the shorter way round") {
    Camera from, to;
    from.yaw_deg = 170.0f;
    to.yaw_deg = -170.0f;
    const CameraFlight flight(from, to, 1.0);
    for (double t = 0.0; t <= 1.0; t += 0.01) CHECK(std::abs(flight.at(t).yaw_deg) >= 169.99f);
    CHECK(flight_duration_s(from, to, 0.1) == Approx(1.875 * 20.0 / 90.0));
}

TEST_CASE("no camera of a flight rolls, leaves the pitch's range or turns inside out") {
    std::mt19937 random(5);
    for (int n = 0; n < 200; ++n) {
        const Camera from = random_camera(random), to = random_camera(random);
        const CameraFlight flight(from, to, flight_duration_s(from, to, 1.0));
        for (double t = 0.0; t < flight.duration_s(); t += 0.05) {
            const Camera camera = flight.at(t);
            const CameraBasis basis = camera_basis(camera);
            REQUIRE(std::abs(basis.right.y) < 1e-6f);  // the horizon is level
            REQUIRE(basis.up.y >= -1e-6f);
            REQUIRE(std::abs(camera.pitch_deg) <= 90.0f);
            REQUIRE(camera.distance_u > 0.0f);
            REQUIRE(camera.fov_deg >= 1.0f);
        }
    }
}

TEST_CASE("the animator ends a flight exactly, cuts at once, and keeps its speed when asked again") {
    std::mt19937 random(3);
    Animator animator;
    animator.jump_to(random_camera(random));
    const Camera first = random_camera(random), second = random_camera(random);
    animator.fly_to(first);
    CHECK(animator.destination() == first);
    for (int n = 0; n < 30; ++n) animator.advance(1.0 / 60.0, {}, 0);
    const Camera before = animator.camera();
    animator.advance(1.0 / 60.0, {}, 0);
    const float speed = glm::length(animator.camera().target - before.target);
    animator.fly_to(second);
    const Camera turned = animator.camera();
    animator.advance(1.0 / 60.0, {}, 0);
    CHECK(glm::length(animator.camera().target - turned.target) == Approx(speed).epsilon(0.15));
    for (int n = 0; n < 600 && animator.is_flying(); ++n) animator.advance(1.0 / 60.0, {}, 0);
    CHECK(animator.camera() == second);
    animator.jump_to(first);
    CHECK(animator.camera() == first);
    CHECK_FALSE(animator.is_flying());
}
