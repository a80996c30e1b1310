#include "analysis/method/path_integral.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/analysis/test_files.h"

using namespace weft;
using nlohmann::json;

namespace {

using Point = std::span<const float>;
using Gradient = std::function<std::vector<double>(Point)>;

PointGradients one_by_one(const Gradient& gradient) {
    return [gradient](std::span<const float> points, int64_t copies, std::span<float> gradients) {
        const size_t size = points.size() / static_cast<size_t>(copies);
        for (size_t k = 0; k < static_cast<size_t>(copies); ++k) {
            const std::vector<double> at = gradient(points.subspan(k * size, size));
            std::ranges::transform(at, gradients.begin() + static_cast<int64_t>(k * size),
                                   [](double value) { return static_cast<float>(value); });
        }
        return true;
    };
}

PathIntegral path(const std::vector<float>& from, const std::vector<float>& to, int64_t steps = 50,
                  QuadratureRule rule = QuadratureRule::gauss_legendre) {
    return {from, to, quadrature(rule, steps), 7, {}};
}

// The functions of the Captum vectors with their gradients by hand.
double step(double x) {
    return x > 0 ? 1 : 0;
}

Gradient function_named(const std::string& name) {
    if (name == "relu(relu(x1)-1-relu(x2))")
        return [](Point x) {
            const double on = step(std::max(0.0f, x[0]) - 1 - std::max(0.0f, x[1]));
            return std::vector<double>{on * step(x[0]), -on * step(x[1])};
        };
    if (name == "relu(relu(x1-1)-relu(x2))")
        return [](Point x) {
            const double on = step(std::max(0.0f, x[0] - 1) - std::max(0.0f, x[1]));
            return std::vector<double>{on * step(x[0] - 1), -on * step(x[1])};
        };
    return {};
}

// Of f(x) = W2 relu(W1 x + b1) + b2 with the numbers of SOURCE: the neuron of a layer, by the input.
Gradient neuron(const std::string& layer, size_t index) {
    static constexpr double bias[] = {-10, 1, 1, 1};
    return [=](Point x) {
        const double sum = double{x[0]} + x[1] + x[2];
        double slope = 0;
        if (layer == "linear2")
            for (const double b : bias) slope += step(sum + b);
        else
            slope = step(sum + bias[index]);
        return std::vector<double>(3, slope);
    };
}

std::vector<float> flat(const json& values) {
    std::vector<float> result;
    for (const json& value : values) {
        if (value.is_array())
            for (const float number : flat(value)) result.push_back(number);
        else
            result.push_back(value.get<float>());
    }
    return result;
}

}  // namespace

TEST_CASE("Integrated gradients of a linear function are exact by every rule, whatever the nodes") {
    const std::vector<float> from = {0.5f, -1, 2}, to = {2, 4, -1};
    const double slope[] = {3, -0.25, 7};
    const auto gradient = one_by_one([&](Point) { return std::vector<double>(slope, slope + 3); });
    for (const QuadratureRule rule :
         {QuadratureRule::gauss_legendre, QuadratureRule::riemann_left, QuadratureRule::riemann_right,
          QuadratureRule::riemann_middle, QuadratureRule::riemann_trapezoid})
        for (const int64_t steps : {2, 3, 50}) {
            const PathIntegral line = path(from, to, steps, rule);
            const std::vector<double> parts = attributions(line, mean_gradient(line, gradient));
            for (size_t i = 0; i < 3; ++i)
                CHECK(parts[i] == Approx(slope[i] * (double{to[i]} - from[i])).epsilon(1e-12));
        }
}

TEST_CASE("Attributions of a cubic add up to its change by two Gauss-Legendre nodes, not by two others") {
    const std::vector<float> from = {-1, 0.5f}, to = {2, 1.5f};
    const auto value = [](double a, double b) { return a * a * a + 2 * a * b; };
    const auto gradient = one_by_one([](Point x) {
        return std::vector<double>{3.0 * x[0] * x[0] + 2.0 * x[1], 2.0 * x[0]};
    });
    const auto delta = [&](QuadratureRule rule) {
        const PathIntegral line = path(from, to, 2, rule);
        const std::vector<double> parts = attributions(line, mean_gradient(line, gradient));
        return parts[0] + parts[1] - (value(2, 1.5) - value(-1, 0.5));
    };
    CHECK(std::abs(delta(QuadratureRule::gauss_legendre)) < 1e-5);
    CHECK(std::abs(delta(QuadratureRule::riemann_left)) > 0.1);
}

TEST_CASE("How many points go together changes no bit; stopping gives nothing") {
    const std::vector<float> from(5, 0.0f), to = {1, -2, 0.25f, 3, -0.75f};
    const auto gradient = one_by_one([](Point x) {
        std::vector<double> result;
        for (const float value : x) result.push_back(std::sin(value) + value * x[0]);
        return result;
    });
    PathIntegral line = path(from, to, 50);
    line.copies = 1;
    const std::vector<double> alone = mean_gradient(line, gradient);
    for (const int64_t copies : {2, 7, 49, 50, 1000}) {
        line.copies = copies;
        CHECK(mean_gradient(line, gradient) == alone);
    }
    int calls = 0;
    line.copies = 10;
    const auto stops = [&](std::span<const float> points, int64_t copies, std::span<float> gradients) {
        return ++calls < 3 && gradient(points, copies, gradients);
    };
    CHECK(mean_gradient(line, stops).empty());
    CHECK(calls == 3);
}

TEST_CASE("Integrated gradients are those of Captum's own tests") {
    const auto folder = test::conformance_data("captum-vectors");
    if (!folder) return;
    std::ifstream file(*folder / "captum_vectors.json");
    int checked = 0;
    for (const json& entry : json::parse(file)) {
        const std::string method = entry.at("method");
        if (method.find("integrated_gradients") == std::string::npos) continue;
        INFO(entry.dump());
        const Gradient gradient = entry.contains("neuron") ? neuron(entry.at("layer"), entry.at("neuron"))
                                                           : function_named(entry.at("model"));
        REQUIRE(gradient);
        const std::vector<float> to = flat(entry.at("input")), expected = flat(entry.at("expected"));
        const std::vector<float> from(to.size(), 0.0f);
        const PathIntegral line = path(from, to);
        std::vector<double> result = mean_gradient(line, one_by_one(gradient));
        if (method.find("without multiplying") == std::string::npos) result = attributions(line, result);
        // Where a relu's kink lies between two nodes, the weight of one node is what its side may miss;
        // Captum allows the same.
        for (size_t i = 0; i < result.size(); ++i) {
            const double allowed = entry.value("delta", 0.005) * std::max(1.0f, std::abs(to[i]));
            CHECK(result[i] == Approx(expected[i]).epsilon(0).margin(allowed));
        }
        ++checked;
    }
    CHECK(checked == 7);
}
