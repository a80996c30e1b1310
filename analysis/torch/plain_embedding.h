// What enters layer 0 for a text, as plain ATen functions of tensors, which gradients flow through: rows of
// the word embedding, scaled, with positions and segments added, normed and projected. Private to
// analysis/torch.
#pragma once

#include <memory>
#include <span>

#include "analysis/torch/plain_parts.h"

namespace weft::torch_part {

class PlainEmbedding {
  public:
    PlainEmbedding(std::shared_ptr<const ModelWeights> weights, size_t stack,
                   const at::TensorOptions& options);

    const EmbeddingSpec& spec() const { return weights_->embedding_spec; }

    // Rows of the word embedding for tokens [first, ids.size()), [R, width], not yet scaled.
    at::Tensor words(std::span<const int32_t> ids, int64_t first = 0) const;
    // What becomes of them before the stack's entry norm, [R, D]. Empty segments are all 0.
    at::Tensor states(const at::Tensor& words, std::span<const int32_t> ids,
                      std::span<const uint8_t> segments, int64_t first = 0) const;
    // The same before a norm: the scaled words with positions and segments added.
    at::Tensor sums(const at::Tensor& words, std::span<const int32_t> ids, std::span<const uint8_t> segments,
                    int64_t first = 0) const;

  private:
    std::shared_ptr<const ModelWeights> storage_;
    const StackWeights* weights_;
    at::TensorOptions options_;
    at::Tensor words_, positions_, types_;
    PlainNorm norm_;
    PlainLinear projection_;
};

}  // namespace weft::torch_part
