// Attention rollout (Abnar & Zuidema 2020, https://arxiv.org/abs/2005.00928), as METHODS define it:
//   D_l = discard(fuse_h(A[l])), S_l = rownorm(r I + (1 - r) D_l), R_l = S_l R_{l-1}, R_{-1} = I.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/watch.h"

namespace weft {

enum class Fuse { mean, max, min, head, weights };
enum class DiscardScope { row, layer };

struct RolloutOptions {
    double residual = 0.5;  // r
    Fuse fuse = Fuse::mean;
    int64_t head = 0;             // for Fuse::head
    std::vector<double> weights;  // [H], used as given, non-negative, for Fuse::weights
    double discard = 0.0;         // ratio of the smallest entries that become 0
    DiscardScope discard_scope = DiscardScope::row;
    int64_t first_layer = 0;
    bool operator==(const RolloutOptions&) const = default;
};

// R of every layer from `first_layer` on (layers before it: identity). Result [L, N, N], rows sum to 1.
// Throws weft::Error for options out of range. Empty where it was stopped. Any thread; helpers as share_out.h
// has them, and the same numbers on any number of them.
FrameTensor rollout(const AttentionBlock& attention, const RolloutOptions& options, const Watch& watch = {});

}  // namespace weft
