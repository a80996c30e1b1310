#include "renderer/pass/screen_rects.h"

#include "shaders/shared/rect_data.h"

namespace weft {

ScreenRectsPass::ScreenRectsPass(const PassContext& context) : device_(context.device) {
    PipelineInfo info;
    info.name = name();
    info.vertex = "screen_rects.vert";
    info.fragment = "screen_rects.frag";
    info.bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
    info.render_pass = context.render_passes.overlay;
    pipeline_ = context.pipelines.add(info);
}

void ScreenRectsPass::record(FrameContext& frame) {
    std::vector<gpu::RectData> data;
    for (const ScreenRect& rect : frame.list.rects)
        data.push_back({rect.min, rect.max, rect.fill, rect.border, rect.border_px, rect.corner_px,
                        rect.right_height_px, 0.0f});
    pipeline_->bind(frame.commands);
    PushDescriptors()
        .buffer(0, frame.frame_params)
        .buffer(1, frame.arena.push(data))
        .push(device_, frame.commands, *pipeline_);
    vkCmdDraw(frame.commands, 6, static_cast<uint32_t>(data.size()), 0, 0);
}

}  // namespace weft
