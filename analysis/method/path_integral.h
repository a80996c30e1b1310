// The mean gradient of a function on the straight line between two points, which integrated gradients
// (Sundararajan, Taly & Yan 2017, https://arxiv.org/abs/1703.01365) multiply by the points' difference. Of
// any function. Pure, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "analysis/method/quadrature.h"

namespace weft {

// Gradients [copies, n] of the function at points [copies, n]. Returns false if it was stopped.
using PointGradients =
    std::function<bool(std::span<const float> points, int64_t copies, std::span<float> gradients)>;

// point <- from + place (to - from).
void put_point(std::span<const float> from, std::span<const float> to, double place, std::span<float> point);

struct PathIntegral {
    std::span<const float> from, to;  // [n]
    Quadrature rule;
    int64_t copies = 1;                   // at most so many points at once
    std::function<void(float)> progress;  // 0 to 1; may be empty
};

// sum_k w_k df/dx(from + a_k (to - from)), [n], added up in float64 in the order of the nodes: how many
// points go together changes nothing. Empty: it was stopped.
std::vector<double> mean_gradient(const PathIntegral& path, const PointGradients& gradients);

// (to - from) * mean gradient, [n].
std::vector<double> attributions(const PathIntegral& path, std::span<const double> mean_gradient);

}  // namespace weft
