// Puts the flow lines' weighted mean over the ground, only where lines can be.
#pragma once

#include "renderer/pass/pass.h"

namespace weft {

class CompositePass {
  public:
    explicit CompositePass(const PassContext& context);
    // The picture has the lines' mean colour times cover, and cover.
    void record(FrameContext& frame, VkImageView picture);
    void record(FrameContext& frame, VkImageView sums, VkImageView transmittances);

  private:
    Device& device_;
    VkSampler sampler_;
    Pipeline *pipelines_[2], *picture_pipeline_;
};

}  // namespace weft
