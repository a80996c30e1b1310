// Entropy of attention rows (METHODS "Entropy"): H[l,h,i] = -sum_j A ln A in nats with 0 ln 0 = 0, and
// normalised = H / ln(support), 0 where support is 1. Support = keys that the mask leaves to row i: all, or
// the first i + 1 where the block is causal. Pure, any thread.
#pragma once

#include <functional>

#include "analysis/attention_frame.h"

namespace weft {

struct EntropyResult {
    FrameTensor entropy;     // [L, H, Q]
    FrameTensor normalised;  // [L, H, Q]
};

// `superseded` (may be empty) is asked between layers; when it says true both results are empty.
EntropyResult entropy(const AttentionBlock& attention, const std::function<bool()>& superseded = {});

}  // namespace weft
