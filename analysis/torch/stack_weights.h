// The weights of a model as plain float32 arrays, whatever the family: W [out, in], gains as they are
// multiplied. Where the file holds them so, they lie in its mapping. Immutable after loading. Private to
// analysis/torch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analysis/family/model_config.h"

namespace weft::torch_part {

// y = x W^T + b, W [outer, inner]. Null weight: there is none.
struct LinearWeights {
    const float* weight = nullptr;
    const float* bias = nullptr;  // may be null
    int64_t outer = 0, inner = 0;
};

struct NormWeights {
    const float* gain = nullptr;  // null: there is no norm
    const float* bias = nullptr;  // may be null
    int64_t width = 0;
};

struct AttentionWeights {
    LinearWeights query, key, value, output;
    NormWeights query_norm, key_norm;  // of each head
    NormWeights norm, norm_behind;
    const float* layer_scale = nullptr;  // [D]
};

struct MlpWeights {
    LinearWeights up, gate, down;
    NormWeights norm, norm_behind;
    const float* layer_scale = nullptr;  // [D]
};

struct LayerWeights {
    AttentionWeights attention, cross;
    MlpWeights mlp;
    int64_t parameters = 0;
    std::shared_ptr<const void> storage;  // keeps alive what the pointers point to
};

struct EmbeddingWeights {
    const float* words = nullptr;      // [vocabulary, width]
    const float* positions = nullptr;  // [position_rows, width]
    const float* types = nullptr;      // [types, width]
    NormWeights norm;
    LinearWeights projection;
};

struct PatchWeights {
    LinearWeights projection;  // [D, channels height width]
    const float* cls = nullptr;
    const float* distillation = nullptr;
    const float* registers = nullptr;  // [registers, D]
    const float* positions = nullptr;  // [position_rows, D]
    int64_t position_rows = 0;
};

// Where those who compute with a stack find what one of them has packed already (packed_stack.h).
class PackedStack;
struct PackedShelf {
    std::mutex mutex;
    std::weak_ptr<const PackedStack> stack;
};

struct StackWeights {
    StackSpec spec;
    EmbeddingSpec embedding_spec;
    std::optional<PatchSpec> patch_spec;
    EmbeddingWeights embedding;
    PatchWeights patches;
    // Of one layer, read and checked anew at each call, from any thread: whoever lays the numbers out in an
    // order of its own lets each layer go before the next, so that the file is never twice in memory. Throws
    // weft::Error.
    std::function<LayerWeights(int64_t layer)> load_layer;
    const float* relative_bias = nullptr;  // [buckets, heads]
    NormWeights entry_norm, final_norm;
    std::shared_ptr<PackedShelf> packed = std::make_shared<PackedShelf>();
};

struct HeadStepWeights {
    LinearWeights linear;
    NormWeights norm;
};

struct ModelWeights {
    std::vector<StackWeights> stacks;     // as in the config
    std::vector<HeadStepWeights> head;    // [steps]
    int64_t parameters = 0;               // how many different numbers these are, without the layers
    std::shared_ptr<const void> storage;  // keeps alive what the pointers point to, but for the layers'
};

}  // namespace weft::torch_part
