// What enters a stack, by the kernels: of a text and of an image, before the stack's entry norm. The same for
// all passes by the kernels. Private to analysis/torch.
#pragma once

#include <cstdint>
#include <span>

#include "analysis/torch/packed_stack.h"
#include "analysis/torch/stack_forward.h"
#include "analysis/torch/task_pool.h"

namespace weft::torch_part {

// What it is computed with; `scratch` is nobody's between two calls.
struct EmbeddingMeans {
    const PackedStack& packed;
    const Kernels& kernels;
    TaskPool& pool;
    int64_t threads;
    AlignedFloats& scratch;
};

// Of the tokens [kept, N) of `ids` to `states` [N - kept, D]; `segments` [N], empty: all 0.
void embed_tokens(const EmbeddingMeans& means, std::span<const int32_t> ids,
                  std::span<const uint8_t> segments, int64_t kept, float* states);

// To `states` [N, D].
void embed_image(const EmbeddingMeans& means, const ImageInput& image, float* states);

}  // namespace weft::torch_part
