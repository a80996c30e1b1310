// A layer's weights in the order of the kernels: nothing of the file; the matrices lie in an arena, which
// outlives them. Private to analysis/torch.
#pragma once

#include <initializer_list>

#include "analysis/torch/aligned_floats.h"
#include "analysis/torch/float_arena.h"
#include "analysis/torch/kernels.h"
#include "analysis/torch/stack_weights.h"

namespace weft::torch_part {

struct PackedLinear {
    float* weight = nullptr;  // [outer / 16 rounded up, inner, 16]
    float* bias = nullptr;    // [outer rounded up to 16], 0 where there is none
    int64_t inner = 0, outer = 0;

    PackedLinear() = default;
    PackedLinear(FloatArena& arena, int64_t inner_size, int64_t outer_size);
    // Puts `part` times `scale` behind column `first`, a multiple of 16.
    void place(const LinearWeights& part, int64_t first, float scale = 1);
    static PackedLinear of(FloatArena& arena, const LinearWeights& part);
    // For rows of the outputs of all `parts`, the first one's times `scale`.
    static PackedLinear transposed(FloatArena& arena, std::initializer_list<const LinearWeights*> parts,
                                   float scale = 1);
};

struct OwnNorm {
    AlignedFloats gain, bias;
    bool has_bias = false, is_there = false, is_rms = false;
    float epsilon = 0;
    int64_t width = 0;

    OwnNorm() = default;
    OwnNorm(const NormWeights& weights, const NormSpec& spec, float scale = 1);
    const float* bias_or_null() const { return has_bias ? bias.get() : nullptr; }
};

struct PackedAttention {
    PackedLinear query, key_value;  // of a cross-attention
    PackedLinear query_key_value;   // of a self-attention, in one product
    PackedLinear output;
    OwnNorm query_norm, key_norm, norm, norm_behind;
    AlignedFloats layer_scale;
    bool has_layer_scale = false;
};

struct PackedMlp {
    PackedLinear up, gate, down;
    OwnNorm norm, norm_behind;
    AlignedFloats layer_scale;
    bool has_layer_scale = false;
};

struct PackedLayer {
    PackedAttention attention, cross;
    PackedMlp mlp;
};

// What the gradients of a layer's linear maps are multiplied by: each map transposed, without bias; maps that
// read the same rows in one, behind each other in the order named.
struct TransposedLayer {
    PackedLinear query_key_value, output;
    PackedLinear cross_query, cross_key_value, cross_output;
    PackedLinear up, down;  // up: of a gated one up, then gate
};

// The factors of the scores are in the query's weights.
PackedLayer pack_layer(FloatArena& arena, const LayerWeights& weights, const StackSpec& spec, int64_t layer);
TransposedLayer pack_transposed(FloatArena& arena, const LayerWeights& weights, const StackSpec& spec,
                                int64_t layer);

}  // namespace weft::torch_part
