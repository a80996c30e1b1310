// What a frame's block holds of a quantity. Pure.
#pragma once

#include <string>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

// The quantity, if it is there with as many values as its shape says.
const FrameTensor* find_quantity(const AttentionBlock& block, const std::string& name);

// [L, H]: means over what lies behind the first two dimensions of a quantity [L, H, ...]; empty without it.
std::vector<double> head_means(const AttentionBlock& block, const std::string& name);

// Largest |row sum - 1| over the rows of the last dimension.
double row_sum_error(const FrameTensor& tensor);

}  // namespace weft
