// The hands on keys and gamepad fly the camera.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <cmath>

#include "app/program.h"

namespace weft {

namespace {

constexpr float inside_fov_deg = 40.0f;
constexpr double fov_settles_s = 0.5;

// Within the box of what is shown.
bool is_inside(const Program& program, const glm::vec3& eye) {
    Session& session = program.session;
    const auto corners = scene_box(*session.scene(), session.animator().motion(), program.viewport);
    glm::vec3 low = corners[0], high = corners[0];
    for (const glm::vec3& corner : corners) {
        low = glm::min(low, corner);
        high = glm::max(high, corner);
    }
    return glm::all(glm::greaterThan(eye, low)) && glm::all(glm::lessThan(eye, high));
}

}  // namespace

void fly(Program& program, double dt_s) {
    Session& session = program.session;
    const Window::Gamepad pad = program.window.gamepad();
    FlightInput input = pad.flight;
    input.direction += program.held.direction();
    const Window& window = program.window;
    input.fast = input.fast || window.is_down(GLFW_KEY_LEFT_SHIFT) || window.is_down(GLFW_KEY_RIGHT_SHIFT);
    const bool looks = glm::length(pad.look) > 0.0f;
    const bool steers = glm::length(input.direction) > 0.0f || looks;
    // A view that was asked for ends what is left of a flight.
    if (session.shows_sheet()) return;
    if (!steers && session.animator().is_flying()) program.flight.stop();
    if (!steers && !program.flight.is_moving()) return;
    session.camera_taken_by_hand();
    Camera& camera = session.animator().camera();
    program.flight.advance(dt_s, input, camera);
    if (looks) look(camera, pad.look * static_cast<float>(900.0 * dt_s));
    if (!session.scene()) return;
    const float goal = is_inside(program, camera.eye()) ? inside_fov_deg : Camera{}.fov_deg;
    const auto step = static_cast<float>(1.0 - std::exp(-dt_s / fov_settles_s));
    camera.fov_deg = std::lerp(camera.fov_deg, goal, step);
}

}  // namespace weft
