// Which key-value head a query head reads, where heads share keys and values (grouped-query attention,
// Ainslie et al. 2023).
#pragma once

#include <optional>

#include "analysis/attention_frame.h"

namespace weft {

// None: every head has keys of its own, or the frame does not say.
inline std::optional<int> key_value_head(const AttentionBlock& block, int head) {
    if (block.key_value_heads == 0 || block.key_value_heads >= block.heads || head < 0) return std::nullopt;
    return head / static_cast<int>(block.heads / block.key_value_heads);
}

}  // namespace weft
