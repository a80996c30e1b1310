// Puts the flow lines' weighted mean over the ground, only where lines can be.
#pragma once

#include "renderer/pass/pass.h"

namespace weft {

class CompositePass {
  public:
    explicit CompositePass(const PassContext& context);
    void record(FrameContext& frame, VkImageView sums, VkImageView transmittances);

  private:
    Device& device_;
    VkSampler sampler_;
    Pipeline* pipelines_[2];
};

}  // namespace weft
