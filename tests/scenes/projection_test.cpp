#include "scenes/projection.h"

#include <catch2/catch.hpp>

using namespace weft;

namespace {

Camera some_camera() {
    Camera camera;
    camera.target = {1.0f, -2.0f, 0.5f};
    camera.distance_u = 40.0f;
    return camera;
}

}  // namespace

TEST_CASE("the target of the camera is the middle of the picture at its distance") {
    const Viewport viewport;
    const Camera camera = some_camera();
    const glm::vec3 p = screen_from_world(draw_camera(camera, viewport), viewport, camera.target);
    CHECK(p.x == Approx(640.0f));
    CHECK(p.y == Approx(360.0f));
    CHECK(p.z == Approx(40.0f));
}

TEST_CASE("right is right, up is up and one unit has the pixels that it should") {
    const Viewport viewport;
    for (const float pitch : {5.0f, 90.0f, -60.0f}) {
        Camera camera = some_camera();
        camera.pitch_deg = pitch;
        const CameraBasis basis = camera_basis(camera);
        const DrawCamera draw = draw_camera(camera, viewport);
        const float unit_px = pixels_per_unit(camera, viewport, 40.0f);
        CHECK(screen_from_world(draw, viewport, camera.target + basis.right).x == Approx(640.0f + unit_px));
        CHECK(screen_from_world(draw, viewport, camera.target + basis.up).y == Approx(360.0f - unit_px));
        CHECK(glm::length(basis.up) == Approx(1.0f));
    }
}

TEST_CASE("negative yaw looks from the left and positive pitch from above") {
    Camera camera;
    CHECK(camera.eye().x < 0.0f);
    CHECK(camera.eye().y > 0.0f);
    CHECK(camera.eye().z > 0.0f);
}

TEST_CASE("depth runs from 0 at the near plane to 1 at the far plane") {
    const Viewport viewport;
    Camera camera;
    camera.yaw_deg = camera.pitch_deg = 0.0f;
    camera.distance_u = 10.0f;
    const DrawCamera draw = draw_camera(camera, viewport);
    const auto depth_at = [&](float distance_u) {
        const glm::vec4 p =
            draw.clip_from_view * (draw.view_from_world * glm::vec4(0, 0, 10.0f - distance_u, 1));
        return p.z / p.w;
    };
    CHECK(depth_at(near_plane_u) == Approx(0.0f).margin(1e-4));
    CHECK(depth_at(far_plane_u) == Approx(1.0f));
}
