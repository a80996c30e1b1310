#include "analysis/method/largest_eigen.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace weft;

namespace {

using Matrix = std::vector<double>;

// With these eigenvalues, behind some reflections.
Matrix with_values(const std::vector<double>& values, uint32_t seed) {
    const size_t n = values.size();
    Matrix a(n * n, 0.0);
    for (size_t i = 0; i < n; ++i) a[i * n + i] = values[i];
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    for (int reflection = 0; reflection < 4; ++reflection) {
        std::vector<double> v(n), w(n, 0.0);
        double square = 0, product = 0;
        for (double& x : v) {
            x = normal(random);
            square += x * x;
        }
        for (double& x : v) x /= std::sqrt(square);
        for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < n; ++j) w[i] += a[i * n + j] * v[j];
        for (size_t i = 0; i < n; ++i) product += w[i] * v[i];
        for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < n; ++j)
                a[i * n + j] += 4 * product * v[i] * v[j] - 2 * (v[i] * w[j] + w[i] * v[j]);
    }
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < i; ++j) a[i * n + j] = a[j * n + i];
    return a;
}

void require_solved(const Matrix& a, size_t n, const std::vector<double>& values) {
    const Eigenpairs pairs = two_largest_eigen(a, n);
    REQUIRE(pairs.values.size() == values.size());
    const double scale = std::max(std::abs(values[0]), 1e-300);
    for (size_t pair = 0; pair < values.size(); ++pair) {
        REQUIRE(pairs.values[pair] == Approx(values[pair]).margin(1e-9 * scale));
        for (size_t i = 0; i < n; ++i) {
            double product = 0;
            for (size_t j = 0; j < n; ++j) product += a[i * n + j] * pairs.vectors[pair * n + j];
            REQUIRE(product == Approx(values[pair] * pairs.vectors[pair * n + i]).margin(1e-8 * scale));
        }
        for (size_t other = 0; other <= pair; ++other) {
            double product = 0;
            for (size_t i = 0; i < n; ++i)
                product += pairs.vectors[pair * n + i] * pairs.vectors[other * n + i];
            REQUIRE(product == Approx(other == pair ? 1 : 0).margin(1e-8));
        }
    }
}

}  // namespace

TEST_CASE("the two largest eigenvalues are found whatever the others are") {
    for (const size_t n : {size_t{2}, size_t{47}, size_t{48}, size_t{144}, size_t{301}}) {
        std::vector<double> falling(n), flat(n), negative(n), equal(n), steep(n), close(n);
        for (size_t k = 0; k < n; ++k) {
            const double x = static_cast<double>(k);
            falling[k] = std::pow(0.8, x);
            flat[k] = 1 - x / static_cast<double>(n);
            negative[k] = k < 2 ? 2 - x : -5 - x;
            equal[k] = k < 2 ? 3 : std::pow(0.9, x);
            steep[k] = k < 2 ? 3 : std::pow(0.05, x);
            close[k] = k < 2 ? 1 : 1 - 1e-7;
        }
        for (const auto& values : {falling, flat, negative, equal, steep, close}) {
            CAPTURE(n, values[2 % n]);
            require_solved(with_values(values, 7), n, {values[0], values[1]});
        }
    }
}

TEST_CASE("of a matrix of zeros any two vectors are the two largest") {
    require_solved(Matrix(100 * 100, 0.0), 100, {0, 0});
    require_solved({5}, 1, {5});
}

TEST_CASE("a matrix of rank one leaves the second value at zero") {
    const size_t n = 90;
    require_solved(Matrix(n * n, 1.0), n, {static_cast<double>(n), 0});
}
