// The mean gradient on a path, as path_integral.h has it, by nodes that lie where the function changes: what
// the gradients say of each piece of the path is compared with what the function does there, and the pieces
// of which most is missed are halved, until the sum is as close as wanted. Of a function whose gradient has a
// few narrow peaks this takes a third to a half of the nodes of a Gauss-Legendre rule. Pure, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace weft {

// Gradients [copies, n] and values [copies] of the function at points [copies, n]. Returns false if it was
// stopped.
using PointValues = std::function<bool(std::span<const float> points, int64_t copies,
                                       std::span<float> gradients, std::span<double> values)>;

struct AdaptiveMean {
    std::vector<double> gradient;  // [n]; empty: it was stopped
    int64_t nodes = 0;
    double value_from = 0;  // of the function at `from`
};

struct AdaptivePath {
    std::span<const float> from, to;  // [n]
    double value_to = 0;              // of the function at `to`
    // Ends when the sum misses at most this share of the change from `from` to `to`, and the pieces together, whatever their signs,
    // half of this share of all ups and downs; or at most_nodes, of which there are at least 4.
    double tolerance = 0.01;
    int64_t most_nodes = 50;
    int64_t copies = 1;                              // at most so many points at once
    std::function<void(float)> progress;             // 0 to 1; may be empty
    std::function<void(const AdaptiveMean&)> round;  // what it is so far, when it goes on; may be empty
};

// Nine even nodes, then four more a round; both ends are nodes. Weights are those of the spline through them.
AdaptiveMean adaptive_mean(const AdaptivePath& path, const PointValues& function);

}  // namespace weft
