// Attention flow (Abnar & Zuidema 2020, https://arxiv.org/abs/2005.00928): F[i, j] = the maximum flow from
// node (L, i) to node (0, j) of the graph whose edges (l + 1, i) -> (l, j) have the capacities S_l[i, j] of
// rollout (analysis/method/residual_layers.h). Exact to 1e-6; how: analysis/method/flow_network.h. Any
// thread; helpers as share_out.h has them. The same numbers on any number of threads.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/flow_network.h"
#include "analysis/method/rollout.h"
#include "analysis/method/watch.h"

namespace weft {

struct FlowOptions {
    RolloutOptions capacities;                 // layers before its first layer pass everything straight on
    std::optional<std::vector<int64_t>> rows;  // that are computed, the others are NaN; none: all
    std::optional<int64_t> first_row;          // that row and those beside it are computed first
    size_t threads = 0;                        // at most; 0: as many as there are processors
};

struct FlowWatch : Watch {
    std::function<void(const FrameTensor&)>
        partial;  // about every 100 ms: rows that are not there yet are NaN
};

// [N, N]; empty where it was stopped. Throws weft::Error for options out of range.
FrameTensor flow(const AttentionBlock& attention, const FlowOptions& options, const FlowWatch& watch = {});

// The graph: S of the layers from the first one on, as float64.
FlowCapacities flow_capacities(const AttentionBlock& attention, const RolloutOptions& options);

}  // namespace weft
