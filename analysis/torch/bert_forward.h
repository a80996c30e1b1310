// One forward pass of a BERT-type encoder, layer by layer, so that the caller may stop between layers and
// owns the memory that the attention is written to. A pass belongs to one thread at a time. Private to
// analysis/torch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/torch/bert_weights.h"

namespace weft::torch_part {

class BertForward {
  public:
    virtual ~BertForward() = default;

    // x = norm(words[ids] + positions + types[segments]); ids and segments are in range, as many, not empty.
    virtual void embed(const std::vector<int32_t>& ids, const std::vector<uint8_t>& segments) = 0;

    // Writes layer `layer`'s attention to `attention` [H, N, N] and, if `advance`, replaces x by the layer's
    // output. Returns the largest |row sum - 1|; not a number if the attention is not finite.
    virtual double run_layer(int64_t layer, float* attention, bool advance) = 0;

    // x [N, D] as it is now.
    virtual void copy_hidden(float* hidden) const = 0;
};

// By our own kernels (kernels.h), on a copy of the matrices in their order; for a shape that `kernels_fit`.
std::unique_ptr<BertForward> make_kernel_forward(std::shared_ptr<const BertWeights> weights);

// Whether the kernels' tiles fit the shape: widths in multiples of 16.
bool kernels_fit(const BertShape& shape);

// By plain ATen operators on any device (LibTorch's name of it, "cpu" or "cuda:0"): the path for CUDA and odd
// shapes, and the twin that the kernels are tested against.
std::unique_ptr<BertForward> make_plain_forward(std::shared_ptr<const BertWeights> weights,
                                                const std::string& device);

}  // namespace weft::torch_part
