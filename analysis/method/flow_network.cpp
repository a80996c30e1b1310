#include "analysis/method/flow_network.h"

#include <algorithm>
#include <bit>
#include <string>

#include "analysis/error.h"

namespace weft {
namespace {

constexpr double nothing = 1e-13;     // residual capacities and excess below it count as none
constexpr double negligible = 1e-12;  // of a flow, when a search for more is not worth it
constexpr size_t word_bits = 64;

// visit(index) for every set bit of a & b, lowest first, until it says false.
template <typename Visit>
void for_each_bit(const uint64_t* a, const uint64_t* b, size_t words, const Visit& visit) {
    for (size_t w = 0; w < words; ++w)
        for (uint64_t bits = a[w] & b[w]; bits != 0; bits &= bits - 1)
            if (!visit(w * word_bits + static_cast<size_t>(std::countr_zero(bits)))) return;
}

bool meet(const uint64_t* a, const uint64_t* b, size_t words) {
    for (size_t w = 0; w < words; ++w)
        if (a[w] & b[w]) return true;
    return false;
}

void set_bit(uint64_t* bits, size_t index, bool value) {
    const uint64_t bit = uint64_t{1} << (index % word_bits);
    bits[index / word_bits] = value ? bits[index / word_bits] | bit : bits[index / word_bits] & ~bit;
}

}  // namespace

FlowNetwork::FlowNetwork(const FlowCapacities& capacities)
    : capacities_(capacities), size_(capacities.size), layers_(capacities.layers.size()) {
    WEFT_ASSERT(!layers_.empty() && size_ > 0, std::to_string(size_));
    const size_t most_words = (size_ + word_bits - 1) / word_bits;
    for (size_t t = 0; t < layers_.size(); ++t) {
        Layer& layer = layers_[t];
        layer.excess.resize(size_);
        if (t + 1 == layers_.size()) continue;
        layer.down.resize(size_ * size_);
        layer.up.resize(size_ * size_);
        layer.down_bits.resize(size_ * most_words);
        layer.up_bits.resize(size_ * most_words);
    }
    into_.resize(size_);
    room_.resize(size_);
    nodes_.resize(layers_.size() * most_words);
    in_excess_.resize(layers_.size() * most_words);
}

void FlowNetwork::begin(size_t query, size_t support) {
    WEFT_ASSERT(query < support && support <= size_, std::to_string(query) + ", " + std::to_string(support));
    query_ = query;
    support_ = support;
    words_ = (support + word_bits - 1) / word_bits;
    spread(query);
    std::ranges::fill(nodes_, Word{0});
    std::ranges::fill(in_excess_, Word{0});
    for (size_t t = 0; t + 1 < layers_.size(); ++t)
        for (size_t k = 0; k < support; ++k) set_bit(nodes_.data() + t * words_, k, true);
    set_bit(nodes_.data() + (layers_.size() - 1) * words_, query, true);
}

// The unit of the query goes down; every node shares out what it has by its row.
void FlowNetwork::spread(size_t query) {
    for (Layer& layer : layers_) std::ranges::fill(layer.excess, 0.0);
    std::ranges::fill(into_, 0.0);
    layers_.back().excess[query] = 1;
    for (size_t t = layers_.size() - 1; t-- > 0;) {
        Layer& layer = layers_[t];
        std::vector<double>& above = layers_[t + 1].excess;
        std::ranges::fill(layer.down_bits, Word{0});
        std::ranges::fill(layer.up_bits, Word{0});
        for (size_t m = 0; m < support_; ++m) {
            const double* row = capacities_.layers[t + 1].data() + m * size_;
            const double share = above[m];
            for (size_t k = 0; k < support_; ++k) {
                const double flows = share * row[k], left = row[k] - flows;
                layer.down[m * size_ + k] = left;
                layer.up[k * size_ + m] = flows;
                layer.excess[k] += flows;
                if (left > nothing) set_bit(layer.down_bits.data() + m * words_, k, true);
                if (flows > nothing) set_bit(layer.up_bits.data() + k * words_, m, true);
            }
            above[m] = 0;
        }
    }
}

double FlowNetwork::flow_to(size_t key) {
    WEFT_ASSERT(key < support_, std::to_string(key));
    const double* capacity = capacities_.layers[0].data() + key;
    for (size_t k = 0; k < support_; ++k) {
        const double arrives = layers_[0].excess[k] + into_[k], passes = capacity[k * size_];
        into_[k] = std::min(arrives, passes);
        layers_[0].excess[k] = arrives - into_[k];
        room_[k] = passes - into_[k];
    }
    for (size_t k = 0; k < support_; ++k)
        set_bit(in_excess_.data(), k, layers_[0].excess[k] > nothing);
    while (search(false)) {
        push_all();
        ++waves_;
    }
    double flow = 0;
    for (size_t k = 0; k < support_; ++k) flow += into_[k];
    return flow;
}

// Distances to the key in the residual graph, as far as there is excess, or `everywhere`. False: no excess
// can reach it.
bool FlowNetwork::search(bool everywhere) {
    const size_t layer_count = layers_.size(), all_words = layer_count * words_;
    at_distance_.resize(std::max<size_t>(at_distance_.size(), 2));
    at_distance_[1].assign(all_words, 0);
    double into = 0, room = 0;
    for (size_t k = 0; k < support_; ++k) {
        into += into_[k];
        if (room_[k] <= nothing) continue;
        room += room_[k];
        set_bit(at_distance_[1].data(), k, true);
    }
    if (!everywhere && (1 - into < negligible || room < negligible)) return false;
    unseen_ = nodes_;
    for (size_t w = 0; w < words_; ++w) unseen_[w] &= ~at_distance_[1][w];
    farthest_ = 1;
    while (everywhere || meet(in_excess_.data(), unseen_.data(), all_words)) {
        at_distance_.resize(std::max(at_distance_.size(), farthest_ + 2));
        at_distance_[farthest_ + 1].assign(all_words, 0);
        bool has_grown = false;
        for (size_t t = 0; t < layer_count; ++t) has_grown |= see_neighbours(t, farthest_);
        if (!has_grown) break;
        ++farthest_;
    }
    for (size_t w = 0; w < all_words; ++w)
        if (in_excess_[w] & ~unseen_[w]) return true;
    return false;
}

// What can push into the nodes of layer t + 1 that are `level` away is one further.
bool FlowNetwork::see_neighbours(size_t t, size_t level) {
    const Word* near = at_distance_[level].data() + t * words_;
    if (std::all_of(near, near + words_, [](Word word) { return word == 0; })) return false;
    bool has_grown = false;
    const auto look = [&](size_t at, const std::vector<Word>& ways) {
        Word* unseen = unseen_.data() + at * words_;
        Word* further = at_distance_[level + 1].data() + at * words_;
        for (size_t w = 0; w < words_; ++w)
            for (Word bits = unseen[w]; bits != 0; bits &= bits - 1) {
                const size_t node = w * word_bits + static_cast<size_t>(std::countr_zero(bits));
                if (!meet(ways.data() + node * words_, near, words_)) continue;
                unseen[w] &= ~(bits & (~bits + 1));
                further[w] |= bits & (~bits + 1);
                has_grown = true;
            }
    };
    if (t + 1 < layers_.size()) look(t + 1, layers_[t].down_bits);
    if (t > 0) look(t - 1, layers_[t - 1].up_bits);
    return has_grown;
}

// Highest level first, so that what a node is given it passes on at once. What is left when no neighbour one
// level nearer takes more goes another way, as long as that begins at a level that was searched.
void FlowNetwork::push_all() {
    for (size_t level = farthest_; level > 1;) {
        size_t next = level - 1;
        for (size_t t = 0; t < layers_.size(); ++t) {
            const Word* nodes = at_distance_[level].data() + t * words_;
            for_each_bit(nodes, in_excess_.data() + t * words_, words_, [&](size_t node) {
                if (t > 0) push(t, node, level, true);
                if (t + 1 < layers_.size()) push(t, node, level, false);
                const bool has_rest = layers_[t].excess[node] > nothing;
                set_bit(in_excess_.data() + t * words_, node, has_rest);
                if (has_rest) next = std::max(next, raise(t, node, level));
                return true;
            });
        }
        level = next;
    }
}

// A node that can push to none of its level moves to one behind the nearest that it can push to. Returns that
// level; 0 if it is none of those that were searched.
size_t FlowNetwork::raise(size_t t, size_t node, size_t level) {
    set_bit(at_distance_[level].data() + t * words_, node, false);
    const auto can_push = [&](size_t at, const std::vector<Word>& ways, size_t to_level) {
        return meet(ways.data() + node * words_, at_distance_[to_level].data() + at * words_, words_);
    };
    for (size_t near = level; near < farthest_; ++near) {
        if (!(t > 0 && can_push(t - 1, layers_[t - 1].down_bits, near)) &&
            !(t + 1 < layers_.size() && can_push(t + 1, layers_[t].up_bits, near)))
            continue;
        set_bit(at_distance_[near + 1].data() + t * words_, node, true);
        return near + 1;
    }
    return 0;
}

void FlowNetwork::push(size_t t, size_t node, size_t level, bool is_down) {
    const size_t to = is_down ? t - 1 : t + 1, size = size_, words = words_;
    Layer& edges = layers_[is_down ? to : t];
    double* const ways = (is_down ? edges.down : edges.up).data() + node * size;
    double* const back = (is_down ? edges.up : edges.down).data() + node;
    Word* const way_bits = (is_down ? edges.down_bits : edges.up_bits).data() + node * words;
    Word* const back_bits = (is_down ? edges.up_bits : edges.down_bits).data();
    double* const excess_there = layers_[to].excess.data();
    Word* const in_excess_there = in_excess_.data() + to * words;
    double excess = layers_[t].excess[node];
    for_each_bit(way_bits, at_distance_[level - 1].data() + to * words, words, [&](size_t target) {
        if (excess <= nothing) return false;
        double amount = std::min(excess, ways[target]);
        // No more than the key still takes from there, which it does at once.
        if (level == 2) amount = std::min(amount, room_[target]);
        if (amount <= 0) return true;
        excess -= amount;
        ways[target] -= amount;
        if (ways[target] <= nothing) set_bit(way_bits, target, false);
        double& other = back[target * size];
        other += amount;
        if (other > nothing) set_bit(back_bits + target * words, node, true);
        if (level == 2) {
            into_[target] += amount;
            room_[target] -= amount;
            if (room_[target] <= nothing) raise(to, target, 1);
            return true;
        }
        excess_there[target] += amount;
        set_bit(in_excess_there, target, excess_there[target] > nothing);
        return true;
    });
    layers_[t].excess[node] = excess;
}

std::vector<uint8_t> FlowNetwork::key_side() {
    search(true);
    std::vector<uint8_t> side(layers_.size() * size_, 0);
    // What the query cannot reach may lie on either side; its edges carry nothing.
    for (size_t t = 0; t < layers_.size(); ++t)
        for (size_t k = 0; k < size_; ++k)
            side[t * size_ + k] = k >= support_ || (t + 1 == layers_.size() && k != query_);
    for (size_t level = 1; level <= farthest_; ++level)
        for (size_t t = 0; t < layers_.size(); ++t) {
            const Word* nodes = at_distance_[level].data() + t * words_;
            for_each_bit(nodes, nodes, words_, [&](size_t node) {
                side[t * size_ + node] = 1;
                return true;
            });
        }
    return side;
}

}  // namespace weft
