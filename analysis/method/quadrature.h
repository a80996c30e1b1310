// Nodes and weights on [0, 1] of the rules that integrated gradients are summed by (METHODS "Integrated
// gradients"). Weights sum to 1 in every rule. Pure, any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/method/method_options.h"

namespace weft {

struct Quadrature {
    std::vector<double> nodes, weights;  // [steps], nodes ascending
};

// gauss_legendre: the zeros of the Legendre polynomial of degree `steps`; exact for polynomials of degree
// 2 steps - 1. The others divide [0, 1] into `steps` equal parts; riemann_trapezoid has `steps` nodes, both
// ends among them, so `steps` - 1 parts. Not of the adaptive rule. Throws UsageError for steps out of range.
Quadrature quadrature(QuadratureRule rule, int64_t steps);

}  // namespace weft
