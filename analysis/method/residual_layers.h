// One layer's mixing of its tokens, as rollout and flow take it (METHODS "Rollout"):
//   D_l = discard(fuse_h(A[l])), S_l = rownorm(r I + (1 - r) D_l). Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "analysis/method/rollout.h"

namespace weft {

// Throws weft::Error for options out of range, and where the block is no self-attention. `method` names whose
// options they are.
void check_rollout_options(const AttentionBlock& attention, const RolloutOptions& options,
                           const std::string& method);

// S_l [N, N], rows sum to 1; after check_rollout_options().
std::vector<float> residual_layer(const AttentionBlock& attention, const RolloutOptions& options,
                                  size_t layer);

}  // namespace weft
