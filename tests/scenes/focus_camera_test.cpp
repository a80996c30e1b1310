#include "scenes/focus_camera.h"

#include <catch2/catch.hpp>
#include <random>

#include "scenes/camera_fit.h"
#include "scenes/camera_flight.h"
#include "scenes/projection.h"
#include "scenes/scene.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

Scene some_scene(int layers, int heads, int tokens, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> weight(0.0f, 1.0f);
    const auto frame = synthetic::frame(layers, heads, tokens, [&](int, int, int, int) {
        const float w = weight(random);
        return w * w * w * w;
    });
    return *plan_scene(frame, {}, nullptr);
}

std::vector<Focus> foci(int layers, int heads, int tokens, std::mt19937& random) {
    const auto below = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    const int layer = below(layers), head = below(heads), query = below(tokens), key = below(tokens);
    return {{FocusKind::token, 0, layer, -1, query, -1, false},
            {FocusKind::token, 0, layer, -1, -1, key, true},
            {FocusKind::edge, 0, layer, head, query, key, false},
            {FocusKind::head, 0, layer, head, -1, -1, false},
            {FocusKind::layer, 0, layer, -1, -1, -1, false}};
}

}  // namespace

TEST_CASE("what is focused lies in the picture's margins and farther away than lines fade and planes cut") {
    std::mt19937 random(1);
    const auto between = [&](float low, float high) {
        return std::uniform_real_distribution<float>(low, high)(random);
    };
    for (int n = 0; n < 60; ++n) {
        const int layers = 1 + n % 12, heads = 1 + n % 5, tokens = 1 + (n * 7) % 40;
        const Scene scene = some_scene(layers, heads, tokens, static_cast<unsigned>(n));
        Viewport viewport;
        if (n % 3 == 1) viewport.size = {640, 360}, viewport.ui_scale = 0.5f;
        if (n % 3 == 2) viewport.panel_px = 336.0f;
        ViewMotion motion;
        motion.fold = n % 4 == 0 ? 1.0f : 0.0f;
        motion.stack = n % 5 == 0 ? 1.0f : 0.0f;
        Camera from;
        from.target = {between(-10, 10), between(-5, 5), between(-3, 3)};
        from.yaw_deg = between(-180, 180);
        from.pitch_deg = between(-85, 85);
        from.distance_u = between(1, 80);
        from.fov_deg = between(6, 60);
        for (const Focus& focus : foci(layers, heads, tokens, random)) {
            const auto points = scene_focus_points(scene, motion, focus, viewport);
            REQUIRE_FALSE(points.empty());
            const Camera camera = focus_camera(points, from, viewport, 1.0f);
            CHECK(camera.yaw_deg == from.yaw_deg);
            CHECK(camera.pitch_deg == from.pitch_deg);
            const ScreenBounds bounds = picture_margins(viewport);
            const DrawCamera drawn = draw_camera(camera, viewport);
            for (const glm::vec3& point : points) {
                const glm::vec3 at = screen_from_world(drawn, viewport, point);
                REQUIRE(at.z >= least_focus_u - 1e-3f);
                REQUIRE(at.z > near_fade_u);
                REQUIRE(at.z > near_plane_u);
                REQUIRE(at.x >= bounds.left - 0.6f);
                REQUIRE(at.x <= bounds.right + 0.6f);
                REQUIRE(at.y >= bounds.top - 0.6f);
                REQUIRE(at.y <= bounds.bottom + 0.6f);
            }
        }
    }
}

TEST_CASE("views by name keep everything that they show beyond the near plane") {
    for (const auto& [layers, heads, tokens] : {std::tuple{12, 12, 15}, {1, 1, 1}, {6, 2, 130}}) {
        const Scene scene = some_scene(layers, heads, tokens, 2);
        for (const CameraPreset preset : {CameraPreset::default_view, CameraPreset::front, CameraPreset::top,
                                          CameraPreset::end, CameraPreset::head}) {
            ViewMotion motion;
            motion.inside = preset == CameraPreset::head ? 1.0f : 0.0f;
            motion.inside_layer = preset == CameraPreset::head ? 0 : -1;
            const Focus focus{FocusKind::head, 0, 0, 0, -1, -1, false};
            const Camera camera = scene_camera(scene, preset, motion, focus, {});
            const DrawCamera drawn = draw_camera(camera, {});
            if (preset == CameraPreset::head) {
                for (const glm::vec3& point : scene_focus_points(scene, motion, focus, {}))
                    CHECK(screen_from_world(drawn, {}, point).z > near_fade_u);
                continue;
            }
            for (const glm::vec3& corner : scene_box(scene, motion, {}))
                CHECK(screen_from_world(drawn, {}, corner).z > near_plane_u);
        }
    }
}

TEST_CASE("turning around the selection leaves it where it is on the picture and the horizon level") {
    std::mt19937 random(9);
    const auto between = [&](float low, float high) {
        return std::uniform_real_distribution<float>(low, high)(random);
    };
    for (int n = 0; n < 200; ++n) {
        Camera camera;
        camera.target = {between(-10, 10), between(-5, 5), between(-3, 3)};
        camera.yaw_deg = between(-180, 180);
        camera.pitch_deg = between(-85, 85);
        camera.distance_u = between(5, 60);
        const glm::vec3 pivot{between(-10, 10), between(-5, 5), between(-3, 3)};
        const DrawCamera before = draw_camera(camera, {});
        const glm::vec3 at = screen_from_world(before, {}, pivot);
        if (at.z < 1.0f) continue;
        const float pitch = camera.pitch_deg;
        orbit_around(camera, pivot, between(-120, 120), between(-60, 60), 85.0f);
        const glm::vec3 now = screen_from_world(draw_camera(camera, {}), {}, pivot);
        CHECK(glm::length(glm::vec2(now) - glm::vec2(at)) < 0.2f + 2e-4f * glm::length(glm::vec2(at)));
        CHECK(now.z == Approx(at.z).epsilon(1e-3));
        CHECK(std::abs(camera_basis(camera).right.y) < 1e-6f);
        CHECK(std::abs(camera.pitch_deg) <= std::max(85.0f, std::abs(pitch)));
    }
}

TEST_CASE("nothing selected has no points") {
    const Scene scene = some_scene(2, 2, 4, 1);
    CHECK(scene_focus_points(scene, {}, {}, {}).empty());
    CHECK(scene_focus_points(scene, {}, {FocusKind::token, 0, 0, -1, 99, -1, false}, {}).empty());
}

TEST_CASE("on a flight from a view by name to what is focused, nothing focused comes near the eye") {
    for (const auto& [layers, heads, tokens] : {std::tuple{12, 12, 15}, {3, 2, 8}, {6, 4, 130}}) {
        const Scene scene = some_scene(layers, heads, tokens, 3);
        std::mt19937 random(static_cast<unsigned>(layers));
        for (int n = 0; n < 6; ++n) {
            for (const Focus& focus : foci(layers, heads, tokens, random)) {
                const auto points = scene_focus_points(scene, {}, focus, {});
                for (const CameraPreset preset : {CameraPreset::default_view, CameraPreset::front,
                                                  CameraPreset::top, CameraPreset::end}) {
                    const Camera from = scene_camera(scene, preset, {}, focus, {});
                    const Camera to = focus_camera(points, from, {}, 1.0f);
                    const CameraFlight there(from, to, flight_duration_s(from, to, 1.0));
                    for (double t = 0.0; t <= there.duration_s(); t += 0.02) {
                        const DrawCamera drawn = draw_camera(there.at(t), {});
                        for (const glm::vec3& point : points)
                            REQUIRE(screen_from_world(drawn, {}, point).z >= least_focus_u - 1e-3f);
                    }
                }
            }
        }
    }
}
