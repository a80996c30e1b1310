// How much each key's vector moves into each row, all heads together (Kobayashi et al. 2020,
// https://arxiv.org/abs/2004.10102): | sum_h A[l,h,i,j] V[l,h,j] W_O[h] |_2, value bias inside, output bias
// and layer scale outside. Private to analysis/torch.
#pragma once

#include <functional>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/torch/stack_forward.h"

namespace weft::torch_part {

// [L, Q, K] of the newest pass of `forward`, which kept its values, and of the attention that it wrote. A
// head that was ablated weighs nothing, or for every row its mean weight. The result is empty where `stop`
// (may be empty, asked after each layer) ended it.
FrameTensor contribution(StackForward& forward, const AttentionBlock& block,
                         const std::vector<HeadAblation>& ablations, const std::function<bool()>& stop);

// The same as the block's quantity; false: it was stopped.
bool add_contribution(StackForward& forward, AttentionBlock& block,
                      const std::vector<HeadAblation>& ablations, const std::function<bool()>& stop);

}  // namespace weft::torch_part
