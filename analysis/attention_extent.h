// How large attention is, and whether there is room for it. Pure but for the free memory that is asked; any
// thread.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/attention_frame.h"

namespace weft {

struct AttentionExtent {
    uint64_t layers = 0, heads = 0, queries = 0, keys = 0;
    uint64_t layer_bytes() const;  // of float32; the largest number there is where it is more
    uint64_t bytes() const;        // of all layers
};
AttentionExtent extent_of(const AttentionBlock& block);

// The same kinds of attention over as many layers and heads: what is chosen in one means the same in the
// other.
bool same_shape(const AttentionFrame& a, const AttentionFrame& b);

// "1,448 tokens or 3 heads would fit" into `layer_bytes` for each layer; "not even one token would".
std::string what_fits(const AttentionExtent& size, uint64_t layer_bytes);

// Throws weft::Error "WHAT has attention of 32 layers x 32 heads x 8,192 x 8,192 tokens, which needs .. of
// memory, .. are free", with what would fit. `what` begins the sentence.
void check_attention_memory(const AttentionExtent& size, const std::string& what);

// The same of drawing it: no layer may have more than `layer_bytes`.
void check_drawable(const AttentionFrame& frame, uint64_t layer_bytes);

}  // namespace weft
