// A flight from one camera to another: target, yaw, pitch, fov and the height of the picture each follow a
// polynomial of degree 5 in time, so that position, speed and acceleration have no jump, also where a flight
// begins while another is under way. It ends at rest, exactly in the camera that was asked for. No roll: the
// camera has none.
//
// A path (a video) turns at most 15 degrees/s, see scenes/camera_path.h. A view that somebody asked for comes
// sooner: in 1 s, and in as much more as these limits need.
#pragma once

#include <array>

#include "scenes/view_state.h"

namespace weft {

constexpr double view_turns_deg_s = 90.0, view_fov_deg_s = 16.0, view_moves_u_s = 24.0;

// Least seconds, from rest to rest, in which yaw and pitch, fov and target stay within the limits above;
// never under `shortest_s`.
double flight_duration_s(const Camera& from, const Camera& to, double shortest_s);

class CameraFlight {
  public:
    CameraFlight() = default;  // over
    // From rest. Yaw goes the shorter way round.
    CameraFlight(const Camera& from, const Camera& to, double duration_s);
    // From where `before` is at `time_s`, with its speed and acceleration.
    CameraFlight(const CameraFlight& before, double time_s, const Camera& to, double duration_s);

    Camera at(double time_s) const;  // `to` itself from the end on
    double duration_s() const { return duration_s_; }
    const Camera& destination() const { return to_; }

  private:
    // target x, y, z; yaw; pitch; fov; distance * tan(fov / 2)
    using State = std::array<double, 7>;
    static State state_of(const Camera& camera);
    void solve(const State& position, const State& velocity, const State& acceleration);
    State derivative(double time_s, int order) const;

    Camera to_;
    double duration_s_ = 0.0;
    std::array<State, 6> coefficients_{};  // of t^0 .. t^5
};

}  // namespace weft
