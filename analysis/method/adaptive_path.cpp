#include "analysis/method/adaptive_path.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/error.h"
#include "analysis/method/path_integral.h"
#include "analysis/method/spline_quadrature.h"

namespace weft {

namespace {

constexpr int64_t first_nodes = 9, nodes_a_round = 4;

struct Node {
    double place = 0, value = 0, slope = 0;  // slope: along the path
    std::vector<float> gradient;
};

bool evaluate(const AdaptivePath& path, const PointValues& function, const std::vector<double>& places,
              std::vector<Node>& nodes) {
    const size_t size = path.from.size();
    std::vector<float> points, gradients;
    std::vector<double> values;
    for (size_t first = 0; first < places.size(); first += static_cast<size_t>(path.copies)) {
        const size_t copies = std::min(static_cast<size_t>(path.copies), places.size() - first);
        points.resize(copies * size);
        gradients.resize(copies * size);
        values.resize(copies);
        for (size_t k = 0; k < copies; ++k)
            put_point(path.from, path.to, places[first + k], std::span(points).subspan(k * size, size));
        if (!function(points, static_cast<int64_t>(copies), gradients, values)) return false;
        for (size_t k = 0; k < copies; ++k) {
            Node node{places[first + k], values[k], 0, {}};
            const auto from = gradients.begin() + static_cast<int64_t>(k * size);
            node.gradient.assign(from, from + static_cast<int64_t>(size));
            for (size_t i = 0; i < size; ++i)
                node.slope += (double{path.to[i]} - path.from[i]) * node.gradient[i];
            nodes.push_back(std::move(node));
        }
    }
    std::ranges::sort(nodes, {}, &Node::place);
    return true;
}

AdaptiveMean mean_of(const std::vector<Node>& nodes, const SplineQuadrature& spline) {
    AdaptiveMean mean{std::vector<double>(nodes.front().gradient.size(), 0.0),
                      static_cast<int64_t>(nodes.size()), nodes.front().value};
    const std::vector<double> weights = spline.weights();
    for (size_t k = 0; k < nodes.size(); ++k)
        for (size_t i = 0; i < mean.gradient.size(); ++i)
            mean.gradient[i] += weights[k] * nodes[k].gradient[i];
    return mean;
}

// What the gradients miss of the change over each piece.
std::vector<double> missed(const std::vector<Node>& nodes, const SplineQuadrature& spline) {
    std::vector<double> slopes;
    for (const Node& node : nodes) slopes.push_back(node.slope);
    std::vector<double> parts = spline.parts(slopes);
    for (size_t k = 0; k < parts.size(); ++k) parts[k] -= nodes[k + 1].value - nodes[k].value;
    return parts;
}

bool is_close(const AdaptivePath& path, const std::vector<Node>& nodes, const std::vector<double>& misses) {
    double sum = 0, sizes = 0, ups_and_downs = 0;
    for (size_t k = 0; k < misses.size(); ++k) {
        sum += nodes[k + 1].value - nodes[k].value + misses[k];
        sizes += std::abs(misses[k]);
        ups_and_downs += std::abs(nodes[k + 1].value - nodes[k].value);
    }
    const double change = path.value_to - nodes.front().value;
    return std::abs(sum - change) <= path.tolerance * std::abs(change) &&
           sizes <= path.tolerance / 2 * ups_and_downs;
}

// The middles of the pieces of which most is missed.
std::vector<double> next_places(const std::vector<Node>& nodes, const std::vector<double>& misses,
                                size_t count) {
    std::vector<size_t> pieces(misses.size());
    std::iota(pieces.begin(), pieces.end(), size_t{0});
    count = std::min(count, pieces.size());
    std::ranges::stable_sort(pieces, std::greater(), [&](size_t k) { return std::abs(misses[k]); });
    std::vector<double> places;
    for (size_t k = 0; k < count; ++k)
        places.push_back((nodes[pieces[k]].place + nodes[pieces[k] + 1].place) / 2);
    return places;
}

}  // namespace

AdaptiveMean adaptive_mean(const AdaptivePath& path, const PointValues& function) {
    WEFT_ASSERT(path.from.size() == path.to.size() && path.copies > 0, std::to_string(path.to.size()));
    WEFT_ASSERT(path.most_nodes >= 4, std::to_string(path.most_nodes));
    std::vector<double> places(static_cast<size_t>(std::min(first_nodes, path.most_nodes)));
    for (size_t k = 0; k < places.size(); ++k)
        places[k] = static_cast<double>(k) / static_cast<double>(places.size() - 1);
    std::vector<Node> nodes;
    for (;;) {
        if (!evaluate(path, function, places, nodes)) return {};
        const int64_t count = static_cast<int64_t>(nodes.size());
        if (path.progress) path.progress(static_cast<float>(count) / static_cast<float>(path.most_nodes));
        std::vector<double> all;
        for (const Node& node : nodes) all.push_back(node.place);
        const SplineQuadrature spline(all);
        const std::vector<double> misses = missed(nodes, spline);
        // What is no number stays none.
        const bool has_numbers = std::ranges::all_of(misses, [](double miss) { return std::isfinite(miss); });
        if (!has_numbers || count >= path.most_nodes || is_close(path, nodes, misses))
            return mean_of(nodes, spline);
        if (path.round) path.round(mean_of(nodes, spline));
        places =
            next_places(nodes, misses, static_cast<size_t>(std::min(nodes_a_round, path.most_nodes - count)));
    }
}

}  // namespace weft
