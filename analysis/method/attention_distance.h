// How far a row looks (METHODS "Attention distance"): sum_j A[i, j] |i - j| in tokens. Of images (Dosovitskiy
// et al. 2021, https://arxiv.org/abs/2010.11929): in pixels of the preprocessed image between the centres of
// the patches, prefix keys dropped and the rest scaled to sum 1; rows of prefix tokens are 0, and so is a row
// that rests on prefix keys alone. Where the patches' size is not known (a trace) it is that of the image
// beside it, and 1 without an image. Pure, any thread.
#pragma once

#include <functional>

#include "analysis/attention_frame.h"

namespace weft {

// [L, H, Q] of self-attention over `stack`. `superseded` (may be empty) is asked between layers; when it says
// true the result is empty.
FrameTensor attention_distance(const AttentionBlock& attention, const TokenStack& stack,
                               const std::function<bool()>& superseded = {});

}  // namespace weft
