// How far attributions agree on which tokens matter (METHODS): Spearman's rank correlation (1904), the
// correlation of ranks, where equal numbers share the mean of their ranks. Pure, any thread.
#pragma once

#include <span>
#include <vector>

namespace weft {

// -1 to 1; NaN where one side has no order (all equal, fewer than two numbers, or one is NaN). Both have the
// same size.
double rank_correlation(std::span<const float> a, std::span<const float> b);

// Between any two of M attributions over the same tokens: [M, M], symmetric.
std::vector<double> agreement(std::span<const std::span<const float>> attributions);

}  // namespace weft
