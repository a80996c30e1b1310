#include "scenes/thresholds.h"

#include <algorithm>
#include <array>
#include <functional>

#include "scenes/line_budget.h"

namespace weft {

float top_k_threshold(std::span<const float> row, int k) {
    constexpr size_t kept_in_place = 16;
    if (k <= 0) return std::numeric_limits<float>::infinity();
    const size_t rank = static_cast<size_t>(k);
    if (rank >= row.size()) return least_weight;
    if (rank > kept_in_place) {
        std::vector<float> sorted(row.begin(), row.end());
        std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<>());
        return std::max(sorted[rank - 1], least_weight);
    }
    std::array<float, kept_in_place> best{};  // descending; zeros are never lines
    for (const float weight : row) {
        if (!(weight > best[rank - 1])) continue;
        size_t place = rank - 1;
        for (; place > 0 && best[place - 1] < weight; --place) best[place] = best[place - 1];
        best[place] = weight;
    }
    return std::max(best[rank - 1], least_weight);
}

float mass_threshold(std::span<const float> row, float mass, std::vector<float>& scratch) {
    scratch.assign(row.begin(), row.end());
    double sum = 0.0;
    for (const float weight : row) sum += static_cast<double>(weight);
    double missing = std::clamp(static_cast<double>(mass), 0.0, 1.0) * sum;
    if (!(missing > 0.0)) return std::numeric_limits<float>::infinity();

    // Quickselect by weight: halve the range in which the last needed weight lies.
    auto begin = scratch.begin(), end = scratch.end();
    while (end - begin > 1) {
        const auto middle = begin + (end - begin) / 2;
        std::nth_element(begin, middle, end, std::greater<>());
        double upper = 0.0;
        for (auto it = begin; it != middle; ++it) upper += static_cast<double>(*it);
        if (upper >= missing) {
            end = middle;
        } else {
            missing -= upper;
            begin = middle;
        }
    }
    return std::max(*begin, least_weight);
}

std::shared_ptr<const std::vector<float>> row_thresholds(std::span<const float> weights, size_t columns,
                                                         const Thresholding& threshold) {
    const bool by_rank = threshold.mode == ThresholdMode::top_k;
    if ((!by_rank && threshold.mode != ThresholdMode::mass) || columns == 0) return nullptr;
    const size_t rows = weights.size() / columns;
    auto result = std::make_shared<std::vector<float>>(rows);
    std::vector<float> scratch;
    for (size_t r = 0; r < rows; ++r) {
        const auto row = weights.subspan(r * columns, columns);
        (*result)[r] =
            by_rank ? top_k_threshold(row, threshold.top_k) : mass_threshold(row, threshold.mass, scratch);
    }
    return result;
}

}  // namespace weft
