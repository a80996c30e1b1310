// Folding of neighbours: in long texts the weight at |i - j| <= band becomes one bar at the foot of each
// lane. Pure; any thread.
#pragma once

#include <span>
#include <vector>

#include "scenes/merged_rows.h"

namespace weft {

// 33 to 96 tokens: 1; more: 2; fewer: -1 (nothing is folded).
int neighbour_band(int tokens);

// Sum of A[i, j] with |i - j| <= band over all queries of one lane [Q, K], without keys that are sinks.
double neighbour_sum(std::span<const float> lane, int queries, int keys, int band,
                     const std::vector<bool>& sinks);
// The same of block lines, `block` being merged.without(sinks): |I - J| <= band in blocks, each as often as
// it has queries.
double neighbour_sum(const MergedRows& merged, const WeightBlock& block, uint32_t lane, int band);

}  // namespace weft
