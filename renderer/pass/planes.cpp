#include "renderer/pass/planes.h"

#include "renderer/srgb.h"
#include "shaders/shared/stroke_data.h"

namespace weft {

PlanesPass::PlanesPass(const PassContext& context) : device_(context.device) {
    for (int depth = 0; depth < 2; ++depth) {
        PipelineInfo info;
        info.name = name();
        info.vertex = "planes.vert";
        info.fragment = "planes.frag";
        info.bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
        info.render_pass = context.render_passes.ground[depth];
        pipelines_[depth] = context.pipelines.add(info);
    }
}

void PlanesPass::record(FrameContext& frame) {
    std::vector<gpu::PlaneData> data;
    for (const Plane& plane : frame.list.planes) {
        gpu::PlaneData packed{};
        for (size_t i = 0; i < 4; ++i) packed.corners[i] = glm::vec4(plane.corners[i], 1.0f);
        packed.fill = linear_over_ground(plane.fill, frame.list.ground);
        packed.edge = linear_over_ground(plane.edge, frame.list.ground);
        packed.edge_px = plane.edge_px;
        data.push_back(packed);
    }
    Pipeline& pipeline = *pipelines_[frame.depth];
    pipeline.bind(frame.commands);
    PushDescriptors()
        .buffer(0, frame.frame_params)
        .buffer(1, frame.arena.push(data))
        .push(device_, frame.commands, pipeline);
    constexpr uint32_t vertices_per_plane = 30;
    vkCmdDraw(frame.commands, vertices_per_plane, static_cast<uint32_t>(data.size()), 0, 0);
}

}  // namespace weft
