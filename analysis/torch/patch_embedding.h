// From an image to what enters layer 0 of a vision model: one linear map of each patch, prefix tokens before
// them, learned positions added, interpolated where the image has another size (Dosovitskiy et al. 2021).
// Plain ATen, gradients flow through to the pixels. One thread at a time. Private to analysis/torch.
#pragma once

#include <memory>
#include <string>

#include "analysis/torch/plain_parts.h"
#include "analysis/torch/stack_forward.h"

namespace weft::torch_part {

struct PixelSize {
    int64_t channels = 0, height = 0, width = 0;
    bool operator==(const PixelSize&) const = default;
};

class PatchEmbedding {
  public:
    PatchEmbedding(std::shared_ptr<const ModelWeights> weights, size_t stack, const std::string& device);

    const PatchSpec& spec() const { return spec_; }
    int64_t rows(const PixelSize& size) const { return size.height / spec_.patch_height; }
    int64_t columns(const PixelSize& size) const { return size.width / spec_.patch_width; }

    // Throws weft::Error: an image that the model does not take. `source` names it.
    void check(const PixelSize& size, const std::string& source) const;

    // [channels, height, width], checked -> [prefix + rows columns, D].
    at::Tensor embed(const at::Tensor& pixels) const;
    // The same into a pass: by the pass itself where it can, which is several times faster.
    void enter(StackForward& forward, const float* pixels, const PixelSize& size) const;

  private:
    bool takes_table_as_it_is(const PixelSize& size) const;
    at::Tensor positions(const PixelSize& size) const;  // [placed prefix + rows columns, D]
    // What is added to the patches' linear map, prefix tokens included, [prefix + rows columns, D].
    const at::Tensor& added(const PixelSize& size) const;

    std::shared_ptr<const ModelWeights> weights_;
    const PatchSpec spec_;
    c10::Device device_;
    int64_t hidden_;
    PlainLinear projection_;
    at::Tensor prefix_, registers_, table_;  // [1 or 2, D], [registers, D], [placed prefix + patches, D]
    // Of the image before: interpolating costs as much as a layer.
    mutable PixelSize last_size_;
    mutable at::Tensor last_added_;
};

}  // namespace weft::torch_part
