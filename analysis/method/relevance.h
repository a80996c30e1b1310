// Relevance (Chefer, Gur & Wolf 2021, generic form, https://arxiv.org/abs/2103.15679), as METHODS define it,
// from E_l = mean_h max(0, dy/dA_l * A_l) of each layer:
//   one stack:   R <- R + E_l R from layer 0 up, R = I at the start
//   two stacks:  Rss of the encoder likewise; per decoder layer Rtt <- Rtt + E Rtt, Rts <- Rts + E Rts, then
//                Rts <- Rts + N(Rtt)^T E_cross N(Rss), with N(R) = rownorm(R - I) + I where a row of zeros
//                stays one, and Rts = 0 at the start.
// Pure, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace weft {

using LayerMatrices = std::vector<std::vector<float>>;  // [L] of [rows, columns]

// R [N, N] of E [L] of [N, N]. `stop` (may be empty) is asked between rows; empty: it was stopped.
std::vector<double> self_relevance(const LayerMatrices& self, int64_t tokens,
                                   const std::function<bool()>& stop = {});

struct CrossRelevance {
    std::vector<double> target;  // Rtt [T, T]
    std::vector<double> cross;   // Rts [T, S]
};

// `self` [L] of [T, T] and `cross` [L] of [T, S] are the decoder's, `source_relevance` is Rss [S, S].
CrossRelevance cross_relevance(const LayerMatrices& self, const LayerMatrices& cross, int64_t targets,
                               const std::vector<double>& source_relevance, int64_t sources,
                               const std::function<bool()>& stop = {});

}  // namespace weft
