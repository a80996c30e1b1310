// Sums in sixteen lanes: the compiler may use vector registers without reordering ours, and the result does
// not depend on how wide they are. Pure, any thread.
#pragma once

#include <cstddef>

namespace weft {

inline constexpr size_t sum_lanes = 16;

inline float sum_of_lanes(const float (&lanes)[sum_lanes]) {
    float sum = 0;
    for (size_t k = 0; k < sum_lanes / 2; ++k) sum += lanes[k] + lanes[k + sum_lanes / 2];
    return sum;
}

inline float lane_sum(const float* x, size_t count) {
    float lanes[sum_lanes] = {}, rest = 0;
    size_t j = 0;
    for (; j + sum_lanes <= count; j += sum_lanes)
        for (size_t k = 0; k < sum_lanes; ++k) lanes[k] += x[j + k];
    for (; j < count; ++j) rest += x[j];
    return sum_of_lanes(lanes) + rest;
}

inline float lane_dot(const float* x, const float* y, size_t count) {
    float lanes[sum_lanes] = {}, rest = 0;
    size_t j = 0;
    for (; j + sum_lanes <= count; j += sum_lanes)
        for (size_t k = 0; k < sum_lanes; ++k) lanes[k] += x[j + k] * y[j + k];
    for (; j < count; ++j) rest += x[j] * y[j];
    return sum_of_lanes(lanes) + rest;
}

}  // namespace weft
