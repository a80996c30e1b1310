#include <algorithm>

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

struct Explained {
    double positional = 0.0;  // largest excess of self, previous, next, first, separator
    double content = 0.0;     // mean over queries of the largest weight on another word
};

Explained explain(const float* lane, size_t queries, size_t keys, const std::vector<Token>& tokens) {
    Score self, previous, next, first, separator;
    size_t separators = 0;
    for (size_t j = 1; j < keys; ++j) separators += tokens[j].special;
    const double one = 1.0 / static_cast<double>(keys);
    double content = 0.0;
    for (size_t i = 0; i < queries; ++i) {
        const float* row = lane + i * keys;
        const auto at = [&](size_t j) { return static_cast<double>(row[j]); };
        if (i < keys) self.add(at(i), one);
        if (i > 0 && i <= keys) previous.add(at(i - 1), one);
        if (i + 1 < keys) next.add(at(i + 1), one);
        if (i > 0) first.add(at(0), one);
        double to_separators = 0.0, strongest = 0.0;
        for (size_t j = 0; j < keys; ++j) {
            if (tokens[j].special) {
                if (j > 0) to_separators += at(j);
            } else if (j != i) {
                strongest = std::max(strongest, at(j));
            }
        }
        if (separators > 0) separator.add(to_separators, static_cast<double>(separators) * one);
        if (!tokens[std::min(i, tokens.size() - 1)].special) content += strongest;
    }
    Explained result;
    for (const Score* score : {&self, &previous, &next, &first, &separator})
        result.positional = std::max(result.positional, score->excess());
    result.content = content / static_cast<double>(std::max<size_t>(queries, 1));
    return result;
}

}  // namespace

int strongest_head(const AttentionBlock& attention, const std::vector<Token>& tokens, int layer) {
    if (layer < 0 || layer >= static_cast<int>(attention.layer_weights.size()) ||
        tokens.size() != attention.keys || attention.keys == 0)
        return 0;
    const std::vector<float>& weights = *attention.layer_weights[static_cast<size_t>(layer)];
    const size_t lane_size = size_t{attention.queries} * attention.keys;
    int best = 0, least_positional = 0;
    double best_content = -1.0, least_excess = 1e9;
    for (uint32_t head = 0; head < attention.heads; ++head) {
        const Explained found =
            explain(weights.data() + head * lane_size, attention.queries, attention.keys, tokens);
        if (found.positional < least_excess)
            least_excess = found.positional, least_positional = static_cast<int>(head);
        if (found.positional >= named_excess || found.content <= best_content) continue;
        best_content = found.content, best = static_cast<int>(head);
    }
    return best_content >= 0.0 ? best : least_positional;
}

}  // namespace weft
