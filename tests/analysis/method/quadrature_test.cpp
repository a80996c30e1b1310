#include "analysis/method/quadrature.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "analysis/error.h"

using namespace weft;

namespace {

const QuadratureRule rules[] = {QuadratureRule::gauss_legendre, QuadratureRule::riemann_left,
                                QuadratureRule::riemann_right, QuadratureRule::riemann_middle,
                                QuadratureRule::riemann_trapezoid};

double integral_of_power(const Quadrature& rule, int power) {
    double sum = 0;
    for (size_t k = 0; k < rule.nodes.size(); ++k) sum += rule.weights[k] * std::pow(rule.nodes[k], power);
    return sum;
}

}  // namespace

TEST_CASE("Every rule's weights sum to 1, its nodes ascend within 0 and 1") {
    for (const QuadratureRule name : rules)
        for (const int64_t steps : {2, 3, 8, 20, 50, 301}) {
            const Quadrature rule = quadrature(name, steps);
            REQUIRE(static_cast<int64_t>(rule.nodes.size()) == steps);
            REQUIRE(rule.weights.size() == rule.nodes.size());
            CHECK(std::accumulate(rule.weights.begin(), rule.weights.end(), 0.0) ==
                  Approx(1).epsilon(0).margin(1e-14));
            CHECK(std::is_sorted(rule.nodes.begin(), rule.nodes.end()));
            CHECK(rule.nodes.front() >= 0);
            CHECK(rule.nodes.back() <= 1);
        }
}

TEST_CASE("Gauss-Legendre of n nodes is exact for polynomials of degree 2 n - 1, and not for the next") {
    for (const int n : {1, 2, 3, 5, 8}) {
        const Quadrature rule = quadrature(QuadratureRule::gauss_legendre, n);
        for (int power = 0; power < 2 * n; ++power)
            CHECK(integral_of_power(rule, power) == Approx(1.0 / (power + 1)).epsilon(0).margin(1e-15));
        CHECK(std::abs(integral_of_power(rule, 2 * n) - 1.0 / (2 * n + 1)) > 1e-12);
    }
    CHECK(integral_of_power(quadrature(QuadratureRule::gauss_legendre, 50), 99) ==
          Approx(0.01).epsilon(0).margin(1e-15));
}

TEST_CASE("Gauss-Legendre nodes are those of the tables") {
    // Abramowitz & Stegun, table 25.4, mapped from [-1, 1].
    const Quadrature five = quadrature(QuadratureRule::gauss_legendre, 5);
    const double nodes[] = {0.906179845938664, 0.538469310105683, 0.0};
    const double weights[] = {0.236926885056189, 0.478628670499366, 0.568888888888889};
    for (size_t i = 0; i < 3; ++i) {
        CHECK(five.nodes[4 - i] == Approx(0.5 + 0.5 * nodes[i]).epsilon(0).margin(1e-15));
        CHECK(five.nodes[i] == Approx(0.5 - 0.5 * nodes[i]).epsilon(0).margin(1e-15));
        CHECK(five.weights[i] == Approx(0.5 * weights[i]).epsilon(0).margin(1e-15));
    }
}

TEST_CASE("Riemann sums stand at the left, the right or the middle of n parts; the trapezoid has n nodes") {
    using enum QuadratureRule;
    CHECK(quadrature(riemann_left, 4).nodes == std::vector<double>{0, 0.25, 0.5, 0.75});
    CHECK(quadrature(riemann_right, 4).nodes == std::vector<double>{0.25, 0.5, 0.75, 1});
    CHECK(quadrature(riemann_middle, 4).nodes == std::vector<double>{0.125, 0.375, 0.625, 0.875});
    CHECK(quadrature(riemann_trapezoid, 5).nodes == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
    CHECK(quadrature(riemann_trapezoid, 5).weights == std::vector<double>{0.125, 0.25, 0.25, 0.25, 0.125});
    CHECK(quadrature(riemann_left, 1).nodes == std::vector<double>{0});
}

TEST_CASE("Numbers of nodes that no rule has are refused with the number") {
    for (const int64_t steps : {0, -3, 10'001})
        CHECK_THROWS_WITH(quadrature(QuadratureRule::gauss_legendre, steps),
                          Catch::Contains(std::to_string(steps)));
    CHECK_THROWS_AS(quadrature(QuadratureRule::riemann_trapezoid, 1), UsageError);
}
