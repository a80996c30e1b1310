#include "analysis/method/curves.h"

#include <algorithm>
#include <random>

#include "analysis/error.h"

namespace weft {

std::vector<int64_t> descending(std::span<const float> values, std::span<const uint8_t> left_out) {
    std::vector<int64_t> order;
    for (size_t i = 0; i < values.size(); ++i)
        if (left_out.empty() || !left_out[i]) order.push_back(static_cast<int64_t>(i));
    std::ranges::stable_sort(order, [&](int64_t a, int64_t b) {
        return values[static_cast<size_t>(a)] > values[static_cast<size_t>(b)];
    });
    return order;
}

std::vector<int64_t> ascending(std::span<const float> values) {
    std::vector<float> negative(values.begin(), values.end());
    for (float& value : negative) value = -value;
    return descending(negative);
}

std::vector<int64_t> shuffled(std::vector<int64_t> order, uint64_t seed) {
    // std::shuffle and the distributions are each library's own; the engine is not.
    std::mt19937_64 engine(seed);
    for (size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[engine() % left]);
    return order;
}

double curve_area(std::span<const double> curve) {
    WEFT_ASSERT(!curve.empty(), "a curve without points");
    if (curve.size() == 1) return curve.front();
    double sum = 0;
    for (size_t i = 1; i < curve.size(); ++i) sum += 0.5 * (curve[i - 1] + curve[i]);
    return sum / static_cast<double>(curve.size() - 1);
}

}  // namespace weft
