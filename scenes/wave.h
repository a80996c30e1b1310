// The wave of pulses: one wave is one forward pass, layer after layer, then a rest. Its speed means nothing.
#pragma once

#include <algorithm>

namespace weft {

constexpr double wave_rest_s = 1.0;

inline double wave_layer_s(int layers) {
    return std::clamp(6.0 / std::max(layers, 1), 0.4, 1.0);
}
inline double wave_duration_s(int layers) {
    return wave_layer_s(layers) * layers;
}
inline double wave_period_s(int layers) {
    return wave_duration_s(layers) + wave_rest_s;
}

}  // namespace weft
