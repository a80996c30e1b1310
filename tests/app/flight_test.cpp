#include "app/flight.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace weft;

namespace {

glm::vec2 project(const Camera& camera, const glm::vec3& point, glm::ivec2 size) {
    const glm::vec3 d = point - camera.eye();
    const float depth = glm::dot(d, camera.forward());
    const float scale = static_cast<float>(size.y) * 0.5f / std::tan(glm::radians(camera.fov_deg) * 0.5f);
    return glm::vec2(size) * 0.5f +
           glm::vec2(glm::dot(d, camera_right(camera)), -glm::dot(d, camera_up(camera))) * (scale / depth);
}

}  // namespace

TEST_CASE("the way flown does not depend on the frame rate") {
    Camera slow, fast;
    Flight slow_flight, fast_flight;
    const FlightInput input{{0.3f, 0.0f, 1.0f}, false}, none;
    for (int i = 0; i < 10; ++i) slow_flight.advance(0.1, input, slow);
    for (int i = 0; i < 240; ++i) fast_flight.advance(1.0 / 240.0, input, fast);
    CHECK(glm::length(slow.target - fast.target) < 1e-3f);
    for (int i = 0; i < 5; ++i) slow_flight.advance(0.1, none, slow);
    for (int i = 0; i < 120; ++i) fast_flight.advance(1.0 / 240.0, none, fast);
    CHECK(glm::length(slow.target - fast.target) < 1e-3f);
}

TEST_CASE("flight reaches its speed and comes to rest after the keys are let go") {
    Camera camera;
    Flight flight;
    for (int i = 0; i < 60; ++i) flight.advance(1.0 / 30.0, {{0, 0, 1}, false}, camera);
    const glm::vec3 before = camera.target;
    flight.advance(1.0, {{0, 0, 1}, false}, camera);
    CHECK(glm::length(camera.target - before) == Approx(flight_speed_u_s).epsilon(1e-3));
    for (int i = 0; i < 90; ++i) flight.advance(1.0 / 30.0, {}, camera);
    CHECK_FALSE(flight.is_moving());
}

TEST_CASE("Shift triples the speed and two keys are not faster than one") {
    Camera one, both, fast;
    Flight a, b, c;
    a.advance(1.0, {{1, 0, 0}, false}, one);
    b.advance(1.0, {{1, 0, 1}, false}, both);
    c.advance(1.0, {{1, 0, 0}, true}, fast);
    CHECK(glm::length(both.target) == Approx(glm::length(one.target)));
    CHECK(glm::length(fast.target) == Approx(3.0f * glm::length(one.target)));
}

TEST_CASE("looking turns about the eye and never beyond 85 degrees") {
    Camera camera;
    const glm::vec3 eye = camera.eye();
    look(camera, {120.0f, 40.0f});
    CHECK(glm::length(camera.eye() - eye) < 1e-3f);
    CHECK(camera.yaw_deg == Approx(-22.0f - 18.0f));
    look(camera, {0.0f, 100000.0f});
    CHECK(camera.pitch_deg == Approx(85.0f));
    look(camera, {0.0f, -100000.0f});
    CHECK(camera.pitch_deg == Approx(-85.0f));
}

TEST_CASE("panning keeps what lies at the target under the pointer") {
    Camera camera;
    const glm::ivec2 size{1280, 720};
    const glm::vec3 point = camera.target;
    pan(camera, {100.0f, -50.0f}, size);
    const glm::vec2 after = project(camera, point, size);
    CHECK(after.x == Approx(740.0f).margin(0.01));
    CHECK(after.y == Approx(310.0f).margin(0.01));
}

TEST_CASE("zooming keeps the point under the pointer where it is") {
    Camera camera;
    const glm::ivec2 size{1280, 720};
    const glm::vec2 pointer{900.0f, 200.0f};
    const glm::vec3 point = point_under_pointer(camera, pointer, size);
    CHECK(glm::length(project(camera, point, size) - pointer) < 0.01f);
    zoom_to(camera, 4.0f, pointer, size);
    CHECK(camera.distance_u < 31.0f);
    CHECK(glm::length(project(camera, point, size) - pointer) < 0.05f);
}

TEST_CASE("sticks have a dead zone and full deflection is full speed") {
    CHECK(stick_response(0.1f) == 0.0f);
    CHECK(stick_response(-1.0f) == Approx(-1.0f));
    CHECK(stick_response(1.7f) == Approx(1.0f));
    CHECK(stick_response(0.5f) > 0.0f);
}
