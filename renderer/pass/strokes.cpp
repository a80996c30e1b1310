#include "renderer/pass/strokes.h"

#include "renderer/srgb.h"
#include "shaders/shared/stroke_data.h"

namespace weft {

StrokesPass::StrokesPass(const PassContext& context, StrokeLayer layer)
    : device_(context.device), layer_(layer) {
    for (int depth = 0; depth < 2; ++depth) {
        PipelineInfo info;
        info.name = name();
        info.vertex = "strokes.vert";
        info.fragment = "strokes.frag";
        info.bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
        info.render_pass = layer == StrokeLayer::below_flows ? context.render_passes.ground[depth]
                                                             : context.render_passes.composite[depth];
        info.depth = depth ? Depth::test : Depth::none;
        pipelines_[depth] = context.pipelines.add(info);
    }
}

const char* StrokesPass::name() const {
    return layer_ == StrokeLayer::below_flows ? "strokes below" : "strokes above";
}

const std::vector<Stroke>& StrokesPass::strokes(const DrawList& list) const {
    return layer_ == StrokeLayer::below_flows ? list.strokes_below : list.strokes_above;
}

void StrokesPass::record(FrameContext& frame) {
    std::vector<gpu::StrokeData> data;
    for (const Stroke& stroke : strokes(frame.list))
        data.push_back({stroke.a, stroke.width_u, stroke.b, stroke.width_px,
                        linear_over_ground(stroke.color, frame.list.ground), stroke.round_caps, 0, 0, 0});
    Pipeline& pipeline = *pipelines_[frame.depth];
    pipeline.bind(frame.commands);
    PushDescriptors()
        .buffer(0, frame.frame_params)
        .buffer(1, frame.arena.push(data))
        .push(device_, frame.commands, pipeline);
    vkCmdDraw(frame.commands, 6, static_cast<uint32_t>(data.size()), 0, 0);
}

}  // namespace weft
