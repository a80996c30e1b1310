// Maximum flow on the layered graph of attention: from one node of the last layer to each node below the
// first. Nodes (l, k), l = 0..L; an edge (l + 1, m) -> (l, k) of capacity S_l[m, k]; no other capacities.
//
// What need not be done. Every row of S sums to 1, so that a node passes on whatever of one unit reaches it:
// the unit that the query sends always gets down to the nodes of layer 1, and spreading each node's share by
// its row (the rollout) is such a flow, strictly inside the capacities almost everywhere. Only the last step,
// into the key j, can be too narrow: node (1, k) gets rid of S_0[k, j] at most. So the flow above layer 1 is
// made once a query and kept from key to key; for each key only what is too much at some nodes of layer 1 is
// moved to others with room, through the residual graph. Moves go in waves: exact distances to the key (a
// search on bits, 64 nodes at a time), then every node with excess pushes it one level nearer, highest level
// first, and goes to a level further away when it cannot (Karzanov 1974; Goldberg & Tarjan 1988), until no
// excess reaches any room: a minimum cut lies between.
//
// float64; residual capacities below 1e-13 count as none. One object per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft {

// S_0 .. S_(L-1), each [N, N] row-major; rows sum to 1, entries are not negative.
struct FlowCapacities {
    size_t size = 0;  // N
    std::vector<std::vector<double>> layers;
};

class FlowNetwork {
  public:
    // `capacities` must outlive it.
    explicit FlowNetwork(const FlowCapacities& capacities);

    // From (L, query). Keys and rows from `support` on are left out: of causal attention query + 1, else N.
    void begin(size_t query, size_t support);

    // The maximum flow to (0, key), key < support.
    double flow_to(size_t key);

    // After flow_to(): which nodes (l, k) of layers 1..L, [L, N], lie on the key's side of a minimum cut. The
    // edges that lead into these nodes or the key from other nodes carry as much as the flow.
    std::vector<uint8_t> key_side();

    int64_t waves() const { return waves_; }  // so far; for measurements

  private:
    using Word = uint64_t;
    // The nodes of layer t + 1, and the edges into it from the layer above (none into the last).
    struct Layer {
        std::vector<double> excess;    // [N]
        std::vector<double> down, up;  // down[m, k]: what is left of S[m, k]; up[k, m]: what flows there
        std::vector<Word> down_bits, up_bits;  // [N, words]: where they are not 0
    };

    void spread(size_t query);
    bool search(bool everywhere);
    bool see_neighbours(size_t t, size_t level);
    void push_all();
    size_t raise(size_t t, size_t node, size_t level);
    void push(size_t t, size_t node, size_t level, bool is_down);

    const FlowCapacities& capacities_;
    size_t size_, support_ = 0, words_ = 0, query_ = 0;
    std::vector<Layer> layers_;
    std::vector<double> into_, room_;  // of layer 1: what flows into the key, what else could
    std::vector<Word> nodes_, in_excess_;  // [L, words]: those that there are, those with excess
    // Of the search: nodes whose distance is not known, and those of each distance, [L, words]. The key itself
    // has distance 0.
    std::vector<Word> unseen_;
    std::vector<std::vector<Word>> at_distance_;
    size_t farthest_ = 0;
    int64_t waves_ = 0;
};

}  // namespace weft
