#include <algorithm>
#include <cctype>

#include "scenes/shown_block.h"
#include "scenes/text_stack.h"

namespace weft {
namespace {

constexpr double named_excess = 0.25;  // over uniform attention: from here on a pattern explains a head

// Mean over the query rows that have such a key, and what uniform attention would score there.
struct Score {
    double sum = 0.0, uniform = 0.0, rows = 0.0;
    void add(double weight, double share) { sum += weight, uniform += share, rows += 1.0; }
    double excess() const { return rows > 0.0 ? (sum - uniform) / rows : 0.0; }
};

// Special tokens and punctuation take weight whatever the sentence says.
bool is_word(const Token& token) {
    const auto names = [](unsigned char c) { return std::isalnum(c) || c >= 0x80; };
    return !token.special && std::any_of(token.text.begin(), token.text.end(), names);
}

struct WordPair {
    size_t query = 0, key = 0;
    double weight = -1.0;  // < 0: there is none
};

// The strongest line of a lane between two words that are no neighbours.
WordPair strongest_pair(const float* lane, const std::vector<Token>& queries, const std::vector<Token>& keys,
                        bool one_text, const SegmentFilter& filter) {
    WordPair best;
    for (size_t i = 0; i < queries.size(); ++i) {
        if (!is_word(queries[i])) continue;
        for (size_t j = 0; j < keys.size(); ++j) {
            if (!is_word(keys[j])) continue;
            const bool is_neighbour = one_text && j + 1 >= i && j <= i + 1;
            const double weight = static_cast<double>(lane[i * keys.size() + j]);
            if (!is_neighbour && weight > best.weight && !filter.leaves_out(i, j)) best = {i, j, weight};
        }
    }
    return best;
}

// Largest excess of self, previous, next and local (no farther than two) over uniform attention.
double positional_excess(const float* lane, size_t queries, size_t keys) {
    Score self, previous, next, local;
    const double one = 1.0 / static_cast<double>(keys);
    for (size_t i = 0; i < queries; ++i) {
        const float* row = lane + i * keys;
        const auto at = [&](size_t j) { return static_cast<double>(row[j]); };
        if (i < keys) self.add(at(i), one);
        if (i > 0 && i <= keys) previous.add(at(i - 1), one);
        if (i + 1 < keys) next.add(at(i + 1), one);
        double near = 0.0, near_keys = 0.0;
        for (size_t j = i < 2 ? 0 : i - 2; j < std::min(keys, i + 3); ++j) near += at(j), near_keys += 1.0;
        local.add(near, near_keys * one);
    }
    return std::max({self.excess(), previous.excess(), next.excess(), local.excess()});
}

bool fits(const AttentionFrame& frame, const AttentionBlock& attention, int layer) {
    return layer >= 0 && layer < static_cast<int>(attention.layer_weights.size()) && attention.keys > 0 &&
           key_tokens(frame, attention).size() == attention.keys &&
           query_tokens(frame, attention).size() == attention.queries;
}

const float* lane_of(const AttentionBlock& attention, int layer, int head) {
    return attention.layer_weights[static_cast<size_t>(layer)]->data() +
           static_cast<size_t>(head) * attention.queries * attention.keys;
}

}  // namespace

int strongest_head(const AttentionFrame& frame, const AttentionBlock& attention, int layer) {
    if (!fits(frame, attention, layer)) return 0;
    const bool one_text = attention.key_stack == attention.query_stack;
    int best = 0, least_positional = 0;
    double best_weight = -1.0, least_excess = 1e9;
    for (int head = 0; head < static_cast<int>(attention.heads); ++head) {
        const float* lane = lane_of(attention, layer, head);
        const double excess = one_text ? positional_excess(lane, attention.queries, attention.keys) : 0.0;
        if (excess < least_excess) least_excess = excess, least_positional = head;
        if (excess >= named_excess) continue;
        const double weight =
            strongest_pair(lane, query_tokens(frame, attention), key_tokens(frame, attention), one_text, {})
                .weight;
        if (weight > best_weight) best_weight = weight, best = head;
    }
    return best_weight >= 0.0 ? best : least_positional;
}

Focus strongest_line(const AttentionFrame& frame, const AttentionBlock& attention, int layer, int head,
                     const SegmentFilter& filter) {
    if (!fits(frame, attention, layer) || head < 0 || head >= static_cast<int>(attention.heads)) return {};
    const WordPair pair =
        strongest_pair(lane_of(attention, layer, head), query_tokens(frame, attention),
                       key_tokens(frame, attention), attention.key_stack == attention.query_stack, filter);
    if (pair.weight <= 0.0) return {};
    return {FocusKind::edge, 0, layer, head, static_cast<int>(pair.query), static_cast<int>(pair.key), false};
}

}  // namespace weft
