// Thresholds by rank and by mass: one number for each query row, so that the test of a line stays
// `weight >= row_threshold[lane * rows + row]`. Both look at the whole row, sinks included; weights that
// equal the threshold are all drawn (uniform attention has no top 3). Pure; any thread.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "scenes/view_state.h"

namespace weft {

// The k-th largest weight of the row, at least the smallest weight that is a line.
float top_k_threshold(std::span<const float> row, int k);

// The smallest weight of the smallest set of largest weights whose sum is at least `mass` of the row's sum.
// `scratch` is overwritten.
float mass_threshold(std::span<const float> row, float mass, std::vector<float>& scratch);

// [lanes * rows] of one layer's weights [lanes, rows, columns]; null for modes without row thresholds.
std::shared_ptr<const std::vector<float>> row_thresholds(std::span<const float> weights, size_t columns,
                                                         const Thresholding& threshold);

}  // namespace weft
