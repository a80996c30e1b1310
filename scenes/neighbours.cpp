#include "scenes/neighbours.h"

#include <algorithm>

namespace weft {

int neighbour_band(int tokens) {
    if (tokens <= 32) return -1;
    return tokens <= 96 ? 1 : 2;
}

double neighbour_sum(std::span<const float> lane, int queries, int keys, int band,
                     const std::vector<bool>& sinks) {
    double sum = 0.0;
    if (band < 0) return sum;
    for (int i = 0; i < queries; ++i)
        for (int j = std::max(i - band, 0); j <= std::min(i + band, keys - 1); ++j)
            if (!sinks[static_cast<size_t>(j)])
                sum += static_cast<double>(
                    lane[static_cast<size_t>(i) * static_cast<size_t>(keys) + static_cast<size_t>(j)]);
    return sum;
}

double neighbour_sum(const MergedRows& merged, const WeightBlock& block, uint32_t lane, int band) {
    double sum = 0.0;
    if (band < 0) return sum;
    for (int64_t i = 0; i < block.rows; ++i) {
        const float* row =
            block.values->data() + (size_t{lane} * block.rows + static_cast<size_t>(i)) * block.columns;
        double own = 0.0;
        for (int64_t j = std::max<int64_t>(i - band, 0); j <= std::min<int64_t>(i + band, block.columns - 1);
             ++j)
            own += static_cast<double>(row[j]);
        sum += own * merged.rows_of(static_cast<uint32_t>(i));
    }
    return sum;
}

}  // namespace weft
