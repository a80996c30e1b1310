#include "app/flight.h"

#include <algorithm>
#include <cmath>

#include "scenes/focus_camera.h"

namespace weft {

namespace {

void turn(Camera& camera, float yaw_deg, float pitch_deg) {
    camera.yaw_deg = std::remainder(camera.yaw_deg + yaw_deg, 360.0f);
    camera.pitch_deg = std::clamp(camera.pitch_deg + pitch_deg, -pitch_limit_deg, pitch_limit_deg);
}

// World units per pixel at the depth of the target.
float u_per_px(const Camera& camera, glm::ivec2 size_px) {
    const float height_u = 2.0f * camera.distance_u * std::tan(glm::radians(camera.fov_deg) * 0.5f);
    return height_u / static_cast<float>(std::max(size_px.y, 1));
}

}  // namespace

glm::vec3 camera_right(const Camera& camera) {
    const float yaw = glm::radians(camera.yaw_deg);
    return {std::cos(yaw), 0.0f, -std::sin(yaw)};
}

glm::vec3 camera_up(const Camera& camera) {
    return glm::cross(camera_right(camera), camera.forward());
}

void Flight::set_speed_u_s(float speed) {
    speed_u_s_ = std::clamp(speed, 0.1f, 200.0f);
}

void Flight::step_speed(int steps) {
    set_speed_u_s(speed_u_s_ * std::pow(1.25f, static_cast<float>(steps)));
}

void Flight::advance(double dt_s, const FlightInput& input, Camera& camera) {
    glm::vec3 direction = input.direction;
    if (glm::length(direction) > 1.0f) direction = glm::normalize(direction);
    const glm::vec3 wanted = direction * speed_u_s_ * (input.fast ? flight_fast_factor : 1.0f);
    const auto decay = static_cast<float>(std::exp(-dt_s / flight_damping_s));
    const auto damping_s = static_cast<float>(flight_damping_s);
    const glm::vec3 excess = velocity_u_s_ - wanted;
    const glm::vec3 way = wanted * static_cast<float>(dt_s) + excess * damping_s * (1.0f - decay);
    velocity_u_s_ = wanted + excess * decay;
    if (!is_moving()) velocity_u_s_ = glm::vec3(0.0f);
    camera.target += camera_right(camera) * way.x + glm::vec3(0.0f, way.y, 0.0f) + camera.forward() * way.z;
}

bool Flight::is_moving() const {
    return glm::length(velocity_u_s_) > 0.002f;
}

void look(Camera& camera, glm::vec2 drag_px) {
    const glm::vec3 eye = camera.eye();
    turn(camera, -0.15f * drag_px.x, 0.15f * drag_px.y);
    camera.target = eye + camera.forward() * camera.distance_u;
}

void orbit(Camera& camera, glm::vec2 drag_px) {
    turn(camera, -0.3f * drag_px.x, 0.3f * drag_px.y);
}

void orbit(Camera& camera, glm::vec2 drag_px, const glm::vec3& pivot) {
    orbit_around(camera, pivot, -0.3f * drag_px.x, 0.3f * drag_px.y, pitch_limit_deg);
}

void pan(Camera& camera, glm::vec2 drag_px, glm::ivec2 size_px) {
    const float scale = u_per_px(camera, size_px);
    camera.target += (camera_up(camera) * drag_px.y - camera_right(camera) * drag_px.x) * scale;
}

glm::vec3 point_under_pointer(const Camera& camera, glm::vec2 pointer_px, glm::ivec2 size_px) {
    const glm::vec2 from_center = pointer_px - glm::vec2(size_px) * 0.5f;
    const float scale = u_per_px(camera, size_px);
    return camera.target + (camera_right(camera) * from_center.x - camera_up(camera) * from_center.y) * scale;
}

void zoom_to(Camera& camera, float steps, glm::vec2 pointer_px, glm::ivec2 size_px) {
    const glm::vec3 fixed = point_under_pointer(camera, pointer_px, size_px);
    const float distance = std::clamp(camera.distance_u * std::pow(0.88f, steps), 0.5f, 2000.0f);
    const float factor = distance / camera.distance_u;
    camera.distance_u = distance;
    camera.target = fixed + (camera.target - fixed) * factor;
}

float stick_response(float raw, float dead_zone) {
    const float size = std::min(std::abs(raw), 1.0f);
    if (size <= dead_zone) return 0.0f;
    const float beyond = (size - dead_zone) / (1.0f - dead_zone);
    return std::copysign(beyond * beyond, raw);
}

}  // namespace weft
