// What one layer of a forward pass leaves for the way back, [R, ...] of all copies' rows together. Private to
// analysis/torch.
#pragma once

#include <cstdint>

#include "analysis/torch/stack_weights.h"

namespace weft::torch_part {

// Rows of the wide buffers are one cache line longer than needed: a stride of 2^k bytes would put the rows of
// a tile into the same few cache sets.
constexpr int64_t row_padding = 16;

struct KeptAttention {
    float* state = nullptr;   // [R, D] what the norm before the part reads, or the norm after it
    float* change = nullptr;  // [R, D] what the norm behind the part reads; null: there is none
    float* projected =
        nullptr;           // [R, queries, keys, values] as they are multiplied; of a cross-attention queries
    float* raw = nullptr;  // before the norms of heads, of a self-attention that has them
    float* key_value = nullptr;  // [S, keys, values] of a cross-attention
    float* weights = nullptr;    // [copies, H, Q, K]; null: computed anew on the way back
};

struct KeptMlp {
    float* state = nullptr;
    float* change = nullptr;
    float* slope = nullptr;  // [R, I] the activation's derivative; of a gated one times up(x)
    float* gate = nullptr;   // [R, I] activation(gate(x))
};

struct KeptLayer {
    KeptAttention self, cross;
    KeptMlp mlp;

    struct Sizes {
        int64_t rows = 0, source_rows = 0;  // of all copies
        int64_t keys = 0, source_keys = 0;  // of one copy; 0: no weights are kept
    };

    // Lays it out from `start` on and returns how many floats it takes; without a start it only counts.
    int64_t lay_out(float* start, const StackSpec& spec, const Sizes& sizes);
};

inline int64_t query_stride(const StackSpec& spec) {
    return spec.attention.query_size() + row_padding;
}
inline int64_t key_value_stride(const StackSpec& spec) {
    return 2 * spec.attention.key_value_size() + row_padding;
}
inline int64_t projected_stride(const StackSpec& spec) {
    return spec.attention.query_size() + key_value_stride(spec);
}
inline int64_t inner_stride(const StackSpec& spec) {
    return spec.intermediate + row_padding;
}

}  // namespace weft::torch_part
