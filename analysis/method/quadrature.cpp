#include "analysis/method/quadrature.h"

#include <cmath>
#include <numbers>

#include "analysis/error.h"

namespace weft {

namespace {

constexpr int64_t max_steps = 10'000;

// P_n and its derivative by the three-term recurrence.
struct Legendre {
    double value = 1, slope = 0;
};

Legendre legendre(int64_t degree, double x) {
    double before = 1, now = x;
    for (int64_t k = 2; k <= degree; ++k) {
        const double n = static_cast<double>(k);
        const double next = ((2 * n - 1) * x * now - (n - 1) * before) / n;
        before = now;
        now = next;
    }
    return {now, static_cast<double>(degree) * (x * now - before) / (x * x - 1)};
}

Quadrature gauss_legendre(int64_t steps) {
    Quadrature rule;
    rule.nodes.resize(static_cast<size_t>(steps));
    rule.weights.resize(static_cast<size_t>(steps));
    // Newton from Tricomi's estimate; the zeros lie symmetrically, so half of them are enough.
    for (int64_t i = 0; i < (steps + 1) / 2; ++i) {
        const double n = static_cast<double>(steps);
        double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5));
        for (int iteration = 0; iteration < 20; ++iteration) {
            const Legendre at = legendre(steps, x);
            const double change = at.value / at.slope;
            x -= change;
            if (std::abs(change) < 1e-16) break;
        }
        if (2 * i + 1 == steps) x = 0;
        const double slope = legendre(steps, x).slope;
        const double weight = 1 / ((1 - x * x) * slope * slope);  // half of that on [-1, 1]
        const size_t high = static_cast<size_t>(steps - 1 - i), low = static_cast<size_t>(i);
        rule.nodes[high] = 0.5 + 0.5 * x;
        rule.nodes[low] = 0.5 - 0.5 * x;
        rule.weights[high] = rule.weights[low] = weight;
    }
    return rule;
}

// `steps` parts, each at `place` of its width.
Quadrature riemann(int64_t steps, double place) {
    Quadrature rule;
    const double n = static_cast<double>(steps);
    for (int64_t k = 0; k < steps; ++k) {
        rule.nodes.push_back((static_cast<double>(k) + place) / n);
        rule.weights.push_back(1 / n);
    }
    return rule;
}

Quadrature trapezoid(int64_t steps) {
    if (steps < 2)
        throw UsageError("--ig-steps " + std::to_string(steps) + ": the trapezoid rule needs both ends",
                         "Give at least 2, or another --ig-rule.");
    Quadrature rule;
    const double parts = static_cast<double>(steps - 1);
    for (int64_t k = 0; k < steps; ++k) {
        rule.nodes.push_back(static_cast<double>(k) / parts);
        rule.weights.push_back((k == 0 || k == steps - 1 ? 0.5 : 1.0) / parts);
    }
    return rule;
}

}  // namespace

Quadrature quadrature(QuadratureRule rule, int64_t steps) {
    if (steps < 1 || steps > max_steps)
        throw UsageError("--ig-steps " + std::to_string(steps) + " is out of range",
                         "Give a number from 1 to " + std::to_string(max_steps) + ".");
    switch (rule) {
        case QuadratureRule::gauss_legendre:
            return gauss_legendre(steps);
        case QuadratureRule::riemann_left:
            return riemann(steps, 0);
        case QuadratureRule::riemann_right:
            return riemann(steps, 1);
        case QuadratureRule::riemann_middle:
            return riemann(steps, 0.5);
        case QuadratureRule::riemann_trapezoid:
            return trapezoid(steps);
        case QuadratureRule::adaptive:
            break;
    }
    WEFT_ASSERT(false, "the nodes of this rule depend on the function");
}

}  // namespace weft
