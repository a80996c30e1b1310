#include "analysis/method/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/error.h"

namespace weft {
namespace {

// Ranks from 0, less their mean; all 0 where a number is missing (NaN).
std::vector<double> centred_ranks(std::span<const float> values) {
    const size_t count = values.size();
    if (std::ranges::any_of(values, [](float value) { return std::isnan(value); }))
        return std::vector<double>(count, 0.0);
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, [&](size_t a, size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(count);
    const double mean = (static_cast<double>(count) - 1) / 2;
    for (size_t first = 0; first < count;) {
        size_t end = first + 1;
        while (end < count && values[order[end]] == values[order[first]]) ++end;
        for (size_t k = first; k < end; ++k)
            ranks[order[k]] = static_cast<double>(first + end - 1) / 2 - mean;
        first = end;
    }
    return ranks;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
    const double of_a = std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
    const double of_b = std::inner_product(b.begin(), b.end(), b.begin(), 0.0);
    if (of_a == 0 || of_b == 0) return std::numeric_limits<double>::quiet_NaN();
    return std::clamp(product / std::sqrt(of_a * of_b), -1.0, 1.0);
}

}  // namespace

double rank_correlation(std::span<const float> a, std::span<const float> b) {
    WEFT_ASSERT(a.size() == b.size(), std::to_string(a.size()) + ", " + std::to_string(b.size()));
    return correlation(centred_ranks(a), centred_ranks(b));
}

std::vector<double> agreement(std::span<const std::span<const float>> attributions) {
    const size_t count = attributions.size();
    std::vector<std::vector<double>> ranks;
    for (const std::span<const float>& values : attributions) {
        WEFT_ASSERT(values.size() == attributions.front().size(), std::to_string(values.size()));
        ranks.push_back(centred_ranks(values));
    }
    std::vector<double> matrix(count * count);
    for (size_t a = 0; a < count; ++a)
        for (size_t b = a; b < count; ++b)
            matrix[a * count + b] = matrix[b * count + a] = correlation(ranks[a], ranks[b]);
    return matrix;
}

}  // namespace weft
