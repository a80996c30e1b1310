#include "analysis/method/spline_quadrature.h"

#include "analysis/error.h"

namespace weft {

namespace {

// Solves the tridiagonal system by elimination; the result takes the place of `right`.
void solve(const std::vector<double>& below, std::vector<double> middle, const std::vector<double>& above,
           std::vector<double>& right) {
    const size_t n = right.size();
    for (size_t i = 1; i < n; ++i) {
        const double factor = below[i] / middle[i - 1];
        middle[i] -= factor * above[i - 1];
        right[i] -= factor * right[i - 1];
    }
    for (size_t i = n; i-- > 0;)
        right[i] = (right[i] - (i + 1 < n ? above[i] * right[i + 1] : 0)) / middle[i];
}

double cubed(double x) {
    return x * x * x;
}

}  // namespace

SplineQuadrature::SplineQuadrature(std::vector<double> nodes) {
    WEFT_ASSERT(nodes.size() >= 4, std::to_string(nodes.size()) + " nodes");
    for (size_t i = 0; i + 1 < nodes.size(); ++i) {
        widths_.push_back(nodes[i + 1] - nodes[i]);
        WEFT_ASSERT(widths_.back() > 0, std::to_string(nodes[i]));
    }
    const size_t n = nodes.size() - 2;
    for (size_t i = 0; i < n; ++i) {
        below_.push_back(widths_[i]);
        middle_.push_back(2 * (widths_[i] + widths_[i + 1]));
        above_.push_back(widths_[i + 1]);
    }
    // The end's second derivative is (1 + r) times the next minus r times the one behind it.
    const double first = widths_[0] / widths_[1], last = widths_[n] / widths_[n - 1];
    middle_.front() += widths_[0] * (1 + first);
    above_.front() -= widths_[0] * first;
    middle_.back() += widths_[n] * (1 + last);
    below_.back() -= widths_[n] * last;
}

std::vector<double> SplineQuadrature::parts(std::span<const double> values) const {
    const size_t n = middle_.size();
    WEFT_ASSERT(values.size() == n + 2, std::to_string(values.size()));
    std::vector<double> inner(n);
    for (size_t i = 0; i < n; ++i)
        inner[i] =
            6 * ((values[i + 2] - values[i + 1]) / widths_[i + 1] - (values[i + 1] - values[i]) / widths_[i]);
    solve(below_, middle_, above_, inner);
    const double first = widths_[0] / widths_[1], last = widths_[n] / widths_[n - 1];
    std::vector<double> bends(n + 2);
    for (size_t i = 0; i < n; ++i) bends[i + 1] = inner[i];
    bends.front() = (1 + first) * bends[1] - first * bends[2];
    bends.back() = (1 + last) * bends[n] - last * bends[n - 1];
    std::vector<double> parts(n + 1);
    for (size_t i = 0; i <= n; ++i)
        parts[i] =
            widths_[i] / 2 * (values[i] + values[i + 1]) - cubed(widths_[i]) / 24 * (bends[i] + bends[i + 1]);
    return parts;
}

// The transposed of parts(), of a sum.
std::vector<double> SplineQuadrature::weights() const {
    const size_t n = middle_.size();
    std::vector<double> of_bends(n + 2);
    for (size_t i = 0; i <= n; ++i) {
        of_bends[i] += cubed(widths_[i]) / 24;
        of_bends[i + 1] += cubed(widths_[i]) / 24;
    }
    const double first = widths_[0] / widths_[1], last = widths_[n] / widths_[n - 1];
    of_bends[1] += (1 + first) * of_bends.front();
    of_bends[2] -= first * of_bends.front();
    of_bends[n] += (1 + last) * of_bends.back();
    of_bends[n - 1] -= last * of_bends.back();
    std::vector<double> inner(of_bends.begin() + 1, of_bends.end() - 1);
    std::vector<double> below(n), above(n);
    for (size_t i = 0; i + 1 < n; ++i) {
        below[i + 1] = above_[i];
        above[i] = below_[i + 1];
    }
    solve(below, middle_, above, inner);
    std::vector<double> weights(n + 2);
    for (size_t i = 0; i <= n; ++i) {
        weights[i] += widths_[i] / 2;
        weights[i + 1] += widths_[i] / 2;
    }
    for (size_t i = 0; i < n; ++i) {
        weights[i] -= 6 * inner[i] / widths_[i];
        weights[i + 1] += 6 * inner[i] * (1 / widths_[i] + 1 / widths_[i + 1]);
        weights[i + 2] -= 6 * inner[i] / widths_[i + 1];
    }
    return weights;
}

}  // namespace weft
