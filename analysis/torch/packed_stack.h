// The weights of one stack in the order of the kernels, once for all that compute with them: the forward pass
// of the picture and the pass that goes back. Any thread. Private to analysis/torch.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "analysis/torch/packed_layer.h"

namespace weft::torch_part {

class PackedStack {
  public:
    // That of the stack, if anybody has it still; else it is packed. Throws weft::Error where the checkpoint
    // lacks something.
    static std::shared_ptr<const PackedStack> of(const std::shared_ptr<const ModelWeights>& weights,
                                                 size_t stack);
    PackedStack(std::shared_ptr<const ModelWeights> weights, size_t stack);

    const StackWeights& weights() const { return weights_; }
    const StackSpec& spec() const { return weights_.spec; }
    const PackedLayer& layer(int64_t layer) const { return layers_[index(layer)]; }
    int64_t layers() const { return static_cast<int64_t>(layers_.size()); }  // that are different
    int64_t parameters() const { return parameters_; }                       // of all layers

    // What backward passes multiply by. The first call packs all layers' and throws weft::Error if there is
    // no room for them.
    const std::vector<TransposedLayer>& transposed() const;
    size_t index(int64_t layer) const { return spec().shares_layers ? 0 : static_cast<size_t>(layer); }

    PackedLinear projection, patches;  // of the embedding
    OwnNorm embedding_norm, entry_norm, final_norm;

  private:
    template <typename Pack>
    void pack(const Pack& pack) const;

    const std::shared_ptr<const ModelWeights> storage_;
    const StackWeights& weights_;
    FloatArena arena_;  // of all matrices but the transposed ones
    std::vector<PackedLayer> layers_;
    int64_t parameters_ = 0;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<FloatArena> transposed_arena_;
    mutable std::vector<TransposedLayer> transposed_;
};

}  // namespace weft::torch_part
