// How hands move the camera: free flight with damping, look, orbit, pan, zoom to the pointer. Pure; main
// thread. Cameras orbit a target (scenes/view_state.h): what flies is eye and target together.
#pragma once

#include <glm/glm.hpp>

#include "scenes/view_state.h"

namespace weft {

constexpr float flight_speed_u_s = 6.0f;    // default
constexpr float flight_fast_factor = 3.0f;  // with Shift
constexpr double flight_damping_s = 0.15;
constexpr float pitch_limit_deg = 85.0f;

// What the keys or sticks ask for: right, up, forward, each -1..1.
struct FlightInput {
    glm::vec3 direction{0.0f};
    bool fast = false;
};

// Velocity follows the input with a time constant of 0.15 s, integrated exactly, so that the way flown does
// not depend on the frame rate:  v(t) = u + (v0 - u) e^(-t/T),  way = u t + (v0 - u) T (1 - e^(-t/T)).
class Flight {
  public:
    void advance(double dt_s, const FlightInput& input, Camera& camera);
    bool is_moving() const;
    void stop() { velocity_u_s_ = glm::vec3(0.0f); }
    float speed_u_s() const { return speed_u_s_; }
    void set_speed_u_s(float speed);  // kept within 0.1 .. 200
    void step_speed(int steps);       // each a factor of 1.25

  private:
    float speed_u_s_ = flight_speed_u_s;
    glm::vec3 velocity_u_s_{0.0f};  // right, up, forward
};

glm::vec3 camera_right(const Camera& camera);
glm::vec3 camera_up(const Camera& camera);

// `drag_px`: how far the pointer went, +x right, +y down.
void look(Camera& camera, glm::vec2 drag_px);   // about the eye, 0.15 degrees a pixel
void orbit(Camera& camera, glm::vec2 drag_px);  // about the target, 0.3 degrees a pixel
void orbit(Camera& camera, glm::vec2 drag_px, const glm::vec3& pivot);  // about what is selected
void pan(Camera& camera, glm::vec2 drag_px,
         glm::ivec2 size_px);  // what lies at the target's depth stays under the pointer
// The point at the target's depth under the pointer stays there. `steps` > 0: nearer, each a factor of 0.88.
void zoom_to(Camera& camera, float steps, glm::vec2 pointer_px, glm::ivec2 size_px);

// Point on the plane through the target, perpendicular to the view, that lies under the pointer.
glm::vec3 point_under_pointer(const Camera& camera, glm::vec2 pointer_px, glm::ivec2 size_px);

// A stick's raw value without its dead zone, quadratic after it; -1..1.
float stick_response(float raw, float dead_zone = 0.15f);

}  // namespace weft
