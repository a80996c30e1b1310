// The weights of a BERT-type encoder as plain float32 arrays. Where the file holds float32 they lie in its
// mapping. Immutable after loading. Private to analysis/torch.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "analysis/torch/kernels.h"

namespace weft::torch_part {

struct BertShape {
    int64_t layers = 0, heads = 0, hidden = 0, intermediate = 0;
    int64_t vocabulary = 0, positions = 0, types = 0;
    float epsilon = 0;
    Activation activation = Activation::gelu_erf;

    int64_t head_width() const { return hidden / heads; }
};

// y = x W^T + b, W [out, in] as in the file.
struct LinearWeights {
    const float* weight = nullptr;
    const float* bias = nullptr;
};

struct NormWeights {
    const float* gain = nullptr;
    const float* bias = nullptr;
};

struct BertLayerWeights {
    LinearWeights query, key, value, output;  // [D, D]
    NormWeights attention_norm;               // [D]
    LinearWeights up, down;                   // [F, D], [D, F]
    NormWeights output_norm;                  // [D]
};

struct BertWeights {
    BertShape shape;
    const float* words = nullptr;      // [vocabulary, D]
    const float* positions = nullptr;  // [positions, D]
    const float* types = nullptr;      // [types, D]
    NormWeights norm;
    std::vector<BertLayerWeights> layers;
    int64_t parameters = 0;               // how many numbers all of these are
    std::shared_ptr<const void> storage;  // keeps alive what the pointers point to
};

}  // namespace weft::torch_part
