// How differently two heads attend (METHODS "Head distance"; Clark et al. 2019,
// https://arxiv.org/abs/1906.04341): the Jensen-Shannon divergence of their rows in nats, mean over the rows,
//   JS(p, q) = H((p + q) / 2) - (H(p) + H(q)) / 2,  0 to ln 2.
// Errors are below 1e-5. On matrix tiles all pairs are a product of matrices (head_distance_tiles.h);
// elsewhere every pair costs a logarithm for each of Q * K entries (method_kernels.h): of 12 x 12 heads and
// 128 tokens 169 million, so that the pairs within a layer, a thirteenth of them, can be had first. Any
// thread; helpers as share_out.h has them.
#pragma once

#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/watch.h"

namespace weft {

// Between any two heads, [L*H, L*H], head h of layer l at l * H + h. Empty where it was stopped.
FrameTensor head_distance(const AttentionBlock& attention, const Watch& watch = {});

// Between the heads of each layer alone, [L, H, H].
FrameTensor head_distance_within(const AttentionBlock& attention, const Watch& watch = {});

// The same out of all that head_distance() found.
FrameTensor head_distance_within(const AttentionBlock& attention, const FrameTensor& all);

// The mean over the pairs of each layer, [L], of what head_distance_within() found; 0 for one head.
std::vector<double> layer_spread(const FrameTensor& within);

// Below it a layer's heads attend alike ("collapse"). JS >= TV^2 / 2 (Pinsker's inequality for both halves),
// where TV is the share of a row's weight that would have to move: with a mean JS below 0.02 the heads of a
// layer share at least four fifths of their weight on average.
inline constexpr double collapse_bound = 0.02;

}  // namespace weft
