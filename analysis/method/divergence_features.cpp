#include "analysis/method/divergence_features.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "analysis/method/symmetric_eigen.h"

namespace weft {
namespace {

constexpr size_t nodes = 64, half = fine_features;
constexpr double least_node = 1e-8;
using Features = std::array<double, divergence_features>;

double kernel(double p, double q) {
    return p > 0 && q > 0 ? p * std::log1p(q / p) + q * std::log1p(p / q) : 0;
}

// The features as functions of any weight.
class Eigenfeatures {
  public:
    Eigenfeatures() {
        std::array<double, nodes> counts{};
        for (size_t j = 0; j < nodes; ++j) {
            node_[j] = std::pow(least_node, 1 - static_cast<double>(j) / (nodes - 1));
            counts[j] = std::pow(node_[j] + 1e-3, -0.4);
        }
        std::vector<double> matrix(nodes * nodes);
        for (size_t i = 0; i < nodes; ++i)
            for (size_t j = 0; j < nodes; ++j)
                matrix[i * nodes + j] = counts[i] * counts[j] * kernel(node_[i], node_[j]);
        const Eigenpairs pairs = symmetric_eigen(std::move(matrix), nodes, divergence_features);
        for (size_t f = 0; f < divergence_features; ++f) {
            const double* vector = pairs.vectors.data() + f * nodes;
            const double scale = (vector[nodes - 1] < 0 ? -1 : 1) / std::sqrt(pairs.values[f]);
            for (size_t g = 0; g < half; ++g) {
                const size_t turned = f / half * half + g;
                const double part = scale * turn(f, g);
                for (size_t j = 0; j < nodes; ++j) factor_[turned][j] += part * counts[j] * vector[j];
            }
        }
    }

    Features operator()(double p) const {
        Features of_p{};
        for (size_t j = 0; j < nodes; ++j) {
            const double with_node = kernel(p, node_[j]);
            for (size_t f = 0; f < divergence_features; ++f) of_p[f] += factor_[f][j] * with_node;
        }
        return of_p;
    }

  private:
    // Hadamard's matrix of order 8 after those signs of the eigenvectors, of all 256, that leave the smallest
    // range.
    static double turn(size_t f, size_t g) {
        const unsigned negative = f < half ? 0b10111 : 0b1;
        const size_t row = f % half;
        const bool is_negative = (((negative >> row) & 1u) != 0) != (std::popcount(row & g) % 2 != 0);
        return (is_negative ? -1 : 1) / std::sqrt(static_cast<double>(half));
    }

    std::array<double, nodes> node_{};
    std::array<std::array<double, nodes>, divergence_features> factor_{};
};

DivergenceTable make_table() {
    const Eigenfeatures features;
    const double least = static_cast<double>(DivergenceTable::least_weight);
    const size_t parts = size_t{1} << DivergenceTable::bins_log2;
    const size_t count = parts * static_cast<size_t>(-std::ilogb(DivergenceTable::least_weight)) + 1;
    const double at = std::sqrt(0.75);  // Chebyshev's points: -at, 0, at
    std::vector<std::array<Features, 3>> points(count);
    Features low{}, high{};
    for (size_t bin = 0; bin < count; ++bin) {
        const double octave = std::ldexp(least, static_cast<int>(bin / parts));
        const double width = octave / static_cast<double>(parts);
        const double middle = octave + (static_cast<double>(bin % parts) + 0.5) * width;
        for (size_t k = 0; k < 3; ++k) {
            points[bin][k] = features(middle + (static_cast<double>(k) - 1) * at * width / 2 - least);
            if (bin + 1 < count)
                for (size_t f = 0; f < divergence_features; ++f) {
                    low[f] = std::min(low[f], points[bin][k][f]);
                    high[f] = std::max(high[f], points[bin][k][f]);
                }
        }
    }
    double ranges[2] = {};
    for (size_t f = 0; f < divergence_features; ++f)
        ranges[f / half] = std::max(ranges[f / half], high[f] - low[f]);

    DivergenceTable table;
    table.fine_step = ranges[0] / 64000;  // leaves room for what lies between the points
    table.coarse_step = ranges[1] / 240;
    table.bins.resize(count);
    for (size_t f = 0; f < divergence_features; ++f) {
        const double step = f < half ? table.fine_step : table.coarse_step;
        table.offset[f] = static_cast<float>(-low[f] / step + (f < half ? 500 : 5));
        for (size_t bin = 0; bin < count; ++bin) {
            const auto& [left, middle, right] = points[bin];
            const double slope = (right[f] - left[f]) / (2 * at);
            const double curve = ((right[f] + left[f]) / 2 - middle[f]) / (at * at);
            table.bins[bin].curve[f] = static_cast<float>(curve / step);
            table.bins[bin].slope[f] = static_cast<float>(slope / step);
            table.bins[bin].middle[f] = static_cast<float>(middle[f] / step);
        }
    }
    return table;
}

}  // namespace

const DivergenceTable& divergence_table() {
    static const DivergenceTable table = make_table();
    return table;
}

}  // namespace weft
