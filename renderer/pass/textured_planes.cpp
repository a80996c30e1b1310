#include "renderer/pass/textured_planes.h"

#include <algorithm>

#include "analysis/error.h"
#include "renderer/srgb.h"
#include "shaders/shared/quad_data.h"

namespace weft {

TexturedPlanesPass::TexturedPlanesPass(const PassContext& context)
    : device_(context.device), linear_(context.linear_sampler), nearest_(context.nearest_sampler) {
    for (int depth = 0; depth < 2; ++depth) {
        PipelineInfo info;
        info.name = name();
        info.vertex = "textured_planes.vert";
        info.fragment = "textured_planes.frag";
        info.bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                         VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER};
        info.render_pass = context.render_passes.ground[depth];
        pipelines_[depth] = context.pipelines.add(info);
    }
}

TexturedPlanesPass::Texture& TexturedPlanesPass::find(FrameContext& frame,
                                                      const std::shared_ptr<const Image>& source) {
    auto found =
        std::find_if(textures_.begin(), textures_.end(), [&](const auto& t) { return t->source == source; });
    if (found != textures_.end()) return **found;
    const size_t wanted = size_t(source->width) * source->height * 4;
    if (wanted == 0 || source->rgba.size() != wanted)
        throw Error("an image of \"" + std::to_string(source->width) + "x" + std::to_string(source->height) +
                    "\" has \"" + std::to_string(source->rgba.size()) + "\" bytes, needed are " +
                    std::to_string(wanted));
    auto made = std::make_unique<Texture>();
    made->source = source;
    made->image =
        GpuImage(device_,
                 {source->width, source->height, VK_FORMAT_R8G8B8A8_SRGB,
                  VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT, VK_FORMAT_UNDEFINED, false},
                 "texture");
    frame.uploads.to_image(made->image, {{0, 0}, {source->width, source->height}},
                           std::as_bytes(std::span(source->rgba)), true, frame.arena);
    textures_.push_back(std::move(made));
    return *textures_.back();
}

void TexturedPlanesPass::prepare(FrameContext& frame) {
    for (const TexturedPlane& plane : frame.list.textured_planes)
        if (plane.image) find(frame, plane.image).used_in_frame = frame.frame;
    std::erase_if(textures_, [&](const auto& texture) { return texture->used_in_frame + 60 < frame.frame; });
}

void TexturedPlanesPass::record(FrameContext& frame) {
    std::vector<gpu::QuadData> data;
    for (const TexturedPlane& plane : frame.list.textured_planes) {
        gpu::QuadData packed{};
        for (size_t i = 0; i < 4; ++i) packed.corners[i] = glm::vec4(plane.corners[i], 1.0f);
        packed.tint = linear_from_srgb(plane.tint);
        data.push_back(packed);
    }
    const BufferSlice quads = frame.arena.push(data);
    Pipeline& pipeline = *pipelines_[frame.depth];
    pipeline.bind(frame.commands);
    for (uint32_t i = 0; i < data.size(); ++i) {
        const TexturedPlane& plane = frame.list.textured_planes[i];
        if (!plane.image) continue;
        PushDescriptors()
            .buffer(0, frame.frame_params)
            .buffer(1, quads)
            .image(2, find(frame, plane.image).image.view, plane.nearest ? nearest_ : linear_)
            .push(device_, frame.commands, pipeline);
        vkCmdDraw(frame.commands, 6, 1, 0, i);
    }
}

}  // namespace weft
