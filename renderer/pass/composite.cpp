#include "renderer/pass/composite.h"

namespace weft {

CompositePass::CompositePass(const PassContext& context)
    : device_(context.device), sampler_(context.nearest_sampler) {
    for (int depth = 0; depth < 2; ++depth) {
        PipelineInfo info;
        info.name = "composite";
        info.vertex = "composite.vert";
        info.fragment = "composite.frag";
        info.bindings.assign(2, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER);
        info.render_pass = context.render_passes.composite[depth];
        info.blend = Blend::premultiplied;
        pipelines_[depth] = context.pipelines.add(info);
        if (depth) continue;
        info.name = "flow picture";
        info.fragment = "flow_picture.frag";
        info.bindings.resize(1);
        picture_pipeline_ = context.pipelines.add(info);
    }
}

void CompositePass::record(FrameContext& frame, VkImageView picture) {
    picture_pipeline_->bind(frame.commands);
    PushDescriptors().image(0, picture, sampler_).push(device_, frame.commands, *picture_pipeline_);
    vkCmdDraw(frame.commands, 3, 1, 0, 0);
}

void CompositePass::record(FrameContext& frame, VkImageView sums, VkImageView transmittances) {
    Pipeline& pipeline = *pipelines_[frame.depth];
    pipeline.bind(frame.commands);
    PushDescriptors()
        .image(0, sums, sampler_)
        .image(1, transmittances, sampler_)
        .push(device_, frame.commands, pipeline);
    vkCmdDraw(frame.commands, 3, 1, 0, 0);
}

}  // namespace weft
