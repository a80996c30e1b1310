#include "scenes/sinks.h"

#include <algorithm>

namespace weft {
namespace {

constexpr double becomes_sink = 2.0, stays_sink = 1.5;  // times the uniform share 1 / K

std::vector<size_t> special_positions(const std::vector<Token>& tokens, size_t keys) {
    std::vector<size_t> positions;
    for (size_t j = 0; j < std::min(tokens.size(), keys); ++j)
        if (tokens[j].special) positions.push_back(j);
    return positions;
}

}  // namespace

std::vector<bool> sink_candidates(const std::vector<Token>& tokens, size_t keys) {
    std::vector<bool> candidates(keys, false);
    if (keys > 0) candidates[0] = true;
    for (const size_t j : special_positions(tokens, keys)) candidates[j] = true;
    return candidates;
}

std::vector<bool> find_sinks(const std::vector<double>& column_share, const std::vector<bool>& candidates,
                             const std::vector<bool>& previous) {
    const size_t keys = column_share.size();
    std::vector<bool> sinks(keys, false);
    for (size_t j = 0; j < keys; ++j) {
        if (!candidates[j]) continue;
        const bool was = j < previous.size() && previous[j];
        sinks[j] = column_share[j] * static_cast<double>(keys) >= (was ? stays_sink : becomes_sink);
    }
    return sinks;
}

std::vector<int> earlier_keys(const std::vector<Token>& previous_tokens, size_t previous_keys,
                              const std::vector<Token>& tokens, size_t keys) {
    std::vector<int> earlier(keys, -1);
    if (keys == 0 || previous_keys == 0) return earlier;
    earlier[0] = 0;
    const auto before = special_positions(previous_tokens, previous_keys);
    const auto now = special_positions(tokens, keys);
    for (size_t k = 0; k < std::min(before.size(), now.size()); ++k)
        earlier[now[k]] = static_cast<int>(before[k]);
    return earlier;
}

std::vector<bool> carry_sinks(const std::vector<Token>& previous_tokens,
                              const std::vector<bool>& previous_sinks, const std::vector<Token>& tokens,
                              size_t keys) {
    std::vector<bool> carried(keys, false);
    if (previous_sinks.empty()) return carried;
    const auto earlier = earlier_keys(previous_tokens, previous_sinks.size(), tokens, keys);
    for (size_t j = 0; j < keys; ++j)
        carried[j] = earlier[j] >= 0 && previous_sinks[static_cast<size_t>(earlier[j])];
    if (keys > 0 && previous_sinks[0]) carried[0] = true;
    return carried;
}

}  // namespace weft
