// Attention sinks: special tokens and the first position that swallow a layer's weight. Pure; any thread.
//
// Key j of a layer is a sink when it may be one (special, or position 0) and its share, the mean over heads
// and queries of A[h, i, j], is at least 2 / K; it stays one until its share is below 1.5 / K.
#pragma once

#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

// [K]; tokens beyond `tokens` are not special.
std::vector<bool> sink_candidates(const std::vector<Token>& tokens, size_t keys);

// column_share [K]; `previous` [K] says which keys were sinks before (empty: none).
std::vector<bool> find_sinks(const std::vector<double>& column_share, const std::vector<bool>& candidates,
                             const std::vector<bool>& previous);

// For each key of a new text, which of an earlier one it continues as a sink: the first position the first,
// the k-th special token the k-th; -1: none. Result [keys].
std::vector<int> earlier_keys(const std::vector<Token>& previous_tokens, size_t previous_keys,
                              const std::vector<Token>& tokens, size_t keys);

// Sinks of an earlier text carried over to a new one: the first position to the first, the k-th special token
// to the k-th. Result [keys].
std::vector<bool> carry_sinks(const std::vector<Token>& previous_tokens,
                              const std::vector<bool>& previous_sinks, const std::vector<Token>& tokens,
                              size_t keys);

}  // namespace weft
