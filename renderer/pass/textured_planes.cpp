#include "renderer/pass/textured_planes.h"

#include <algorithm>

#include "analysis/error.h"
#include "renderer/srgb.h"
#include "shaders/shared/quad_data.h"

namespace weft {

namespace {

gpu::QuadData pack(const TexturedPlane& plane, const glm::vec4& ground) {
    gpu::QuadData packed{};
    for (size_t i = 0; i < 4; ++i) packed.corners[i] = glm::vec4(plane.corners[i], 1.0f);
    packed.tint = linear_from_srgb(plane.tint);
    packed.window = plane.window;
    packed.edge = linear_over_ground(plane.edge, ground);
    packed.cells = {glm::vec2(plane.cells.first), glm::vec2(plane.cells.count)};
    packed.saturation = plane.saturation;
    packed.edge_px = plane.edge_px;
    packed.rule_opacity = plane.cells.rule_opacity;
    packed.least_rule_px = plane.cells.least_rule_px;
    packed.look = static_cast<uint32_t>(plane.look);
    packed.has_numbers = plane.cells.numbers != nullptr;
    packed.smooth_cells = plane.cells.smooth;
    packed.hatches_lower_half = plane.hatches_lower_half;
    packed.sharp_texels = plane.nearest;
    return packed;
}

void check_cells(const CellGrid& cells) {
    if (!cells.numbers) return;
    const glm::ivec2 end = cells.first + cells.count;
    WEFT_ASSERT(cells.first.x >= 0 && cells.first.y >= 0 && cells.count.x > 0 && cells.count.y > 0 &&
                    end.x <= static_cast<int>(cells.numbers->width) &&
                    end.y <= static_cast<int>(cells.numbers->height),
                std::to_string(end.x) + "x" + std::to_string(end.y) + " cells in " +
                    std::to_string(cells.numbers->width) + "x" + std::to_string(cells.numbers->height));
}

}  // namespace

TexturedPlanesPass::TexturedPlanesPass(const PassContext& context)
    : device_(context.device), linear_(context.linear_sampler), nearest_(context.nearest_sampler) {
    PipelineInfo info;
    info.name = name();
    info.vertex = "textured_planes.vert";
    info.fragment = "textured_planes.frag";
    info.bindings = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                     VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                     VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER};
    for (uint32_t variant = 0; variant < variants; ++variant) {
        for (int depth = 0; depth < 2; ++depth) {
            info.constants = {0, variant & 1u, variant >> 1};
            info.render_pass = context.render_passes.ground[depth];
            in_world_[depth][variant] = context.pipelines.add(info);
            info.constants[0] = 1;
            info.render_pass = context.render_passes.composite[depth];
            on_screen_[depth][variant] = context.pipelines.add(info);
        }
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
    for (const auto* planes : {&frame.list.textured_planes, &frame.list.pictures})
        for (const TexturedPlane& plane : *planes)
            for (const auto& image : {plane.image, plane.cells.numbers, plane.colors})
                if (image) find(frame, image).used_in_frame = frame.frame;
    std::erase_if(textures_, [&](const auto& texture) { return texture->used_in_frame + 60 < frame.frame; });
}

void TexturedPlanesPass::draw(FrameContext& frame, const std::array<Pipeline*, variants>& pipelines,
                              const std::vector<TexturedPlane>& planes) {
    if (planes.empty()) return;
    std::vector<gpu::QuadData> data;
    for (const TexturedPlane& plane : planes) data.push_back(pack(plane, frame.list.ground));
    const BufferSlice quads = frame.arena.push(data);
    Pipeline* bound = nullptr;
    for (uint32_t i = 0; i < data.size(); ++i) {
        const TexturedPlane& plane = planes[i];
        if (!plane.image) continue;
        check_cells(plane.cells);
        const bool has_cells = plane.look != TexturedLook::image;
        const bool has_marks = plane.edge_px > 0.0f || plane.cells.rule_opacity != 0.0f;
        Pipeline& pipeline = *pipelines[(has_cells ? 1u : 0u) | (has_marks ? 2u : 0u)];
        if (&pipeline != bound) pipeline.bind(frame.commands);
        bound = &pipeline;
        // What a plane does not use is bound all the same, to its image.
        const auto view = [&](const std::shared_ptr<const Image>& image) {
            return find(frame, image ? image : plane.image).image.view;
        };
        PushDescriptors()
            .buffer(0, frame.frame_params)
            .buffer(1, quads)
            .image(2, view(plane.image), linear_)
            .image(3, view(plane.cells.numbers), nearest_)
            .image(4, view(plane.colors), linear_)
            .push(device_, frame.commands, pipeline);
        vkCmdDraw(frame.commands, 6, 1, 0, i);
    }
}

void TexturedPlanesPass::record(FrameContext& frame) {
    draw(frame, in_world_[frame.depth], frame.list.textured_planes);
}

void TexturedPlanesPass::record_pictures(FrameContext& frame) {
    draw(frame, on_screen_[frame.depth], frame.list.pictures);
}

}  // namespace weft
