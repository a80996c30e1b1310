#include "analysis/method/adaptive_path.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "analysis/method/path_integral.h"
#include "analysis/method/spline_quadrature.h"

using namespace weft;

namespace {

// Of f(x, y) along x = a, y = 2 a: the gradient and the value.
struct Function {
    double (*value)(double a);
    double (*slope)(double a);
    int64_t points = 0, calls = 0;

    PointValues counted() {
        return [this](std::span<const float> points_at, int64_t copies, std::span<float> gradients,
                      std::span<double> values) {
            ++calls;
            points += copies;
            for (size_t k = 0; k < static_cast<size_t>(copies); ++k) {
                const double a = double{points_at[2 * k]};
                CHECK(double{points_at[2 * k + 1]} == Approx(2 * a));
                values[k] = value(a);
                gradients[2 * k] = static_cast<float>(0.5 * slope(a));
                gradients[2 * k + 1] = static_cast<float>(0.25 * slope(a));
            }
            return true;
        };
    }
};

const std::vector<float> from = {0, 0}, to = {1, 2};

AdaptivePath path_of(const Function& function) {
    AdaptivePath path;
    path.from = from;
    path.to = to;
    path.value_to = function.value(1);
    path.copies = 3;
    path.most_nodes = 200;
    return path;
}

double change_of(const AdaptivePath& path, const AdaptiveMean& mean) {
    return path.value_to - mean.value_from;
}

double delta_of(const AdaptivePath& path, const AdaptiveMean& mean) {
    return mean.gradient[0] + 2 * mean.gradient[1] - change_of(path, mean);
}

// A narrow step at 0.2 on a slow slope, as layer norms make it near an embedding of 0.
Function with_a_peak() {
    return {[](double a) { return std::tanh((a - 0.2) * 40) - 1.5 * a; },
            [](double a) {
                const double t = std::tanh((a - 0.2) * 40);
                return 40 * (1 - t * t) - 1.5;
            }};
}

}  // namespace

TEST_CASE("The spline's integral is exact for cubics, piece by piece, on uneven nodes") {
    const std::vector<double> nodes = {-1, -0.5, 0.1, 0.2, 1.4, 2};
    const SplineQuadrature spline(nodes);
    const std::vector<double> weights = spline.weights();
    for (const int degree : {0, 1, 2, 3}) {
        std::vector<double> values;
        double sum = 0;
        for (size_t k = 0; k < nodes.size(); ++k) {
            values.push_back(std::pow(nodes[k], degree));
            sum += weights[k] * values[k];
        }
        const auto integral = [&](double at) { return std::pow(at, degree + 1) / (degree + 1); };
        CHECK(sum == Approx(integral(2) - integral(-1)).epsilon(1e-12));
        const std::vector<double> parts = spline.parts(values);
        REQUIRE(parts.size() == nodes.size() - 1);
        for (size_t k = 0; k < parts.size(); ++k)
            CHECK(parts[k] == Approx(integral(nodes[k + 1]) - integral(nodes[k])).margin(1e-12));
    }
    std::vector<double> values, parts;
    double by_weights = 0, by_parts = 0;
    for (size_t k = 0; k < nodes.size(); ++k) {
        values.push_back(std::sin(5 * nodes[k]));
        by_weights += weights[k] * values[k];
    }
    for (const double part : spline.parts(values)) by_parts += part;
    CHECK(by_weights == Approx(by_parts).epsilon(1e-12));
}

TEST_CASE("Adaptive nodes meet the tolerance with fewer points than even ones and Gauss-Legendre's need") {
    Function function = with_a_peak();
    AdaptivePath path = path_of(function);
    const AdaptiveMean mean = adaptive_mean(path, function.counted());
    CHECK(mean.nodes == function.points);
    CHECK(mean.value_from == function.value(0));
    const double change = change_of(path, mean);
    CHECK(std::abs(delta_of(path, mean)) <= 0.01 * std::abs(change));
    CHECK(mean.gradient[0] == Approx(2 * mean.gradient[1]));

    const auto gradients = [&](std::span<const float> points, int64_t copies, std::span<float> to_gradients) {
        std::vector<double> values(static_cast<size_t>(copies));
        return function.counted()(points, copies, to_gradients, values);
    };
    for (const QuadratureRule rule : {QuadratureRule::gauss_legendre, QuadratureRule::riemann_middle}) {
        const PathIntegral even{from, to, quadrature(rule, mean.nodes), 1000, {}};
        const std::vector<double> of_even = mean_gradient(even, gradients);
        CHECK(std::abs(of_even[0] + 2 * of_even[1] - change) > 0.01 * std::abs(change));
    }
    path.tolerance = 1e-4;
    const AdaptiveMean closer = adaptive_mean(path, function.counted());
    CHECK(closer.nodes > mean.nodes);
    CHECK(std::abs(delta_of(path, closer)) <= 1e-4 * std::abs(change));
}

TEST_CASE("Pieces that miss much are not close because their errors happen to cancel") {
    // Odd about the middle: even nodes miss nothing of the sum, whatever they miss of the two peaks.
    Function function{[](double a) { return a + std::exp(-std::pow((a - 0.5) * 60, 2)); },
                      [](double a) {
                          const double x = (a - 0.5) * 60;
                          return 1 - 2 * x * 60 * std::exp(-x * x);
                      }};
    AdaptivePath path = path_of(function);
    path.most_nodes = 9;
    CHECK(std::abs(delta_of(path, adaptive_mean(path, function.counted()))) < 1e-6);
    path.most_nodes = 200;
    CHECK(adaptive_mean(path, function.counted()).nodes > 20);
}

TEST_CASE(
    "How many points go together changes no bit of adaptive nodes; they end at the most, and when stopped") {
    Function function = with_a_peak();
    AdaptivePath path = path_of(function);
    path.copies = 1;
    const AdaptiveMean alone = adaptive_mean(path, function.counted());
    path.copies = 1000;
    CHECK(adaptive_mean(path, function.counted()).gradient == alone.gradient);

    for (const int64_t most : {4, 9, 11, 14}) {
        path.most_nodes = most;
        std::vector<int64_t> rounds;
        std::vector<float> progress;
        path.round = [&](const AdaptiveMean& mean) { rounds.push_back(mean.nodes); };
        path.progress = [&](float part) { progress.push_back(part); };
        CHECK(adaptive_mean(path, function.counted()).nodes == most);
        CHECK(rounds.size() == (most <= 9 ? 0u : most == 11 ? 1u : 2u));
        CHECK(progress.back() == 1.0f);
    }
    path.most_nodes = 50;
    path.round = {};
    path.progress = {};
    int calls = 0;
    const PointValues counted = function.counted();
    CHECK(adaptive_mean(path, [&](std::span<const float> points, int64_t copies, std::span<float> gradients,
                                  std::span<double> values) {
              return ++calls < 3 && counted(points, copies, gradients, values);
          }).gradient.empty());
    CHECK(calls == 3);
}

TEST_CASE("A function that is constant, and one that is no number, end adaptive nodes at once") {
    Function constant{[](double) { return 3.0; }, [](double) { return 0.0; }};
    CHECK(adaptive_mean(path_of(constant), constant.counted()).nodes == 9);
    Function none{[](double a) { return a > 0.6 ? std::numeric_limits<double>::quiet_NaN() : a; },
                  [](double) { return 1.0; }};
    AdaptivePath path = path_of(none);
    path.value_to = 1;
    CHECK(adaptive_mean(path, none.counted()).nodes == 9);
}
