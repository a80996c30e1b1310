// How a movement starts and ends.
#pragma once

#include <algorithm>

namespace weft {

// Quintic smoothstep, C2 at both ends; clamped outside 0..1.
inline double smoothstep5(double t) {
    t = std::clamp(t, 0.0, 1.0);
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
}

// Greatest slope of smoothstep5, at t = 0.5.
constexpr double smoothstep5_max_slope = 1.875;

}  // namespace weft
