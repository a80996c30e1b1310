#include "scenes/camera_flight.h"

#include <algorithm>
#include <cmath>

#include "scenes/easing.h"

namespace weft {
namespace {

constexpr size_t yaw = 3, fov = 5, height = 6;

double half_tan(double fov_deg) {
    return std::tan(glm::radians(fov_deg) * 0.5);
}

double shorter_way_deg(double from_deg, double to_deg) {
    return std::remainder(to_deg - from_deg, 360.0);
}

}  // namespace

double flight_duration_s(const Camera& from, const Camera& to, double shortest_s) {
    const double turn = std::max(
        std::abs(shorter_way_deg(static_cast<double>(from.yaw_deg), static_cast<double>(to.yaw_deg))),
        std::abs(static_cast<double>(to.pitch_deg) - static_cast<double>(from.pitch_deg)));
    const double zoom = std::abs(static_cast<double>(to.fov_deg) - static_cast<double>(from.fov_deg));
    const double way = static_cast<double>(glm::length(to.target - from.target));
    const double needed = std::max({turn / view_turns_deg_s, zoom / view_fov_deg_s, way / view_moves_u_s});
    return std::max(shortest_s, smoothstep5_max_slope * needed);
}

CameraFlight::State CameraFlight::state_of(const Camera& camera) {
    State state{};
    for (int axis = 0; axis < 3; ++axis)
        state[static_cast<size_t>(axis)] = static_cast<double>(camera.target[axis]);
    state[yaw] = static_cast<double>(camera.yaw_deg);
    state[yaw + 1] = static_cast<double>(camera.pitch_deg);
    state[fov] = static_cast<double>(camera.fov_deg);
    state[height] = static_cast<double>(camera.distance_u) * half_tan(state[fov]);
    return state;
}

CameraFlight::CameraFlight(const Camera& from, const Camera& to, double duration_s)
    : to_(to), duration_s_(duration_s) {
    solve(state_of(from), {}, {});
}

CameraFlight::CameraFlight(const CameraFlight& before, double time_s, const Camera& to, double duration_s)
    : to_(to), duration_s_(duration_s) {
    const double time = std::clamp(time_s, 0.0, before.duration_s_);
    solve(before.derivative(time, 0), before.derivative(time, 1), before.derivative(time, 2));
}

// p(t) = sum of c_k t^k with p, p', p'' given at 0 and p = to, p' = p'' = 0 at T:
//   c0 = p, c1 = v, c2 = a / 2, and with d = to - p
//   c3 = (20 d - 12 v T - 3 a T^2) / (2 T^3)
//   c4 = (-30 d + 16 v T + 3 a T^2) / (2 T^4)
//   c5 = (12 d - 6 v T - a T^2) / (2 T^5)
void CameraFlight::solve(const State& position, const State& velocity, const State& acceleration) {
    State goal = state_of(to_);
    goal[yaw] = position[yaw] + shorter_way_deg(position[yaw], goal[yaw]);
    const double T = std::max(duration_s_, 1e-6);
    for (size_t i = 0; i < goal.size(); ++i) {
        const double d = goal[i] - position[i], v = velocity[i] * T, a = acceleration[i] * T * T;
        coefficients_[0][i] = position[i];
        coefficients_[1][i] = velocity[i];
        coefficients_[2][i] = 0.5 * acceleration[i];
        coefficients_[3][i] = 0.5 * (20.0 * d - 12.0 * v - 3.0 * a) / (T * T * T);
        coefficients_[4][i] = 0.5 * (-30.0 * d + 16.0 * v + 3.0 * a) / (T * T * T * T);
        coefficients_[5][i] = 0.5 * (12.0 * d - 6.0 * v - a) / (T * T * T * T * T);
    }
}

CameraFlight::State CameraFlight::derivative(double time_s, int order) const {
    State result{};
    for (size_t i = 0; i < result.size(); ++i) {
        double power = 1.0;
        for (int k = order; k < 6; ++k) {
            double factor = 1.0;
            for (int m = 0; m < order; ++m) factor *= k - m;
            result[i] += coefficients_[static_cast<size_t>(k)][i] * factor * power;
            power *= time_s;
        }
    }
    return result;
}

Camera CameraFlight::at(double time_s) const {
    if (time_s >= duration_s_ - 1e-9) return to_;
    const State state = derivative(std::max(time_s, 0.0), 0);
    Camera camera;
    for (int axis = 0; axis < 3; ++axis)
        camera.target[axis] = static_cast<float>(state[static_cast<size_t>(axis)]);
    camera.yaw_deg = static_cast<float>(std::remainder(state[yaw], 360.0));
    camera.pitch_deg = static_cast<float>(std::clamp(state[yaw + 1], -90.0, 90.0));
    // A flight that turns back at full speed may swing beyond its ends.
    camera.fov_deg = static_cast<float>(std::clamp(state[fov], 1.0, 120.0));
    camera.distance_u =
        static_cast<float>(std::max(state[height], 1e-3) / half_tan(static_cast<double>(camera.fov_deg)));
    return camera;
}

}  // namespace weft
