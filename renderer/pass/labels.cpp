#include "renderer/pass/labels.h"

#include <algorithm>

#include "renderer/vulkan_check.h"

namespace weft {
namespace {

constexpr VkDeviceSize first_texel_bytes = 4u << 20, wanted_texel_bytes = 64u << 20;

VkBufferView create_view(const Device& device, VkBuffer buffer, VkFormat format) {
    VkBufferViewCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO};
    info.buffer = buffer;
    info.format = format;
    info.range = VK_WHOLE_SIZE;
    VkBufferView view = VK_NULL_HANDLE;
    check(vkCreateBufferView(device.handle, &info, nullptr, &view), "creating a buffer view");
    device.set_name(VK_OBJECT_TYPE_BUFFER_VIEW, view, "label texels");
    return view;
}

}  // namespace

LabelsPass::LabelsPass(const PassContext& context) : device_(context.device) {
    for (uint32_t kind = 0; kind < 3; ++kind) {
        PipelineInfo info;
        info.name = kind == gpu::label_text      ? "label text"
                    : kind == gpu::label_picture ? "label pictures"
                                                 : "pills";
        info.vertex = "labels.vert";
        info.fragment = "labels.frag";
        info.bindings = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER};
        info.push_constant_bytes = sizeof(gpu::LabelPush);
        info.constants = {kind};
        info.render_pass = context.render_passes.overlay;
        info.blend = Blend::premultiplied;
        pipelines_[kind] = context.pipelines.add(info);
    }
    // Two bytes are the smallest texel.
    most_texel_bytes_ =
        std::min(wanted_texel_bytes, VkDeviceSize{2} * device_.properties.limits.maxTexelBufferElements);
    replace_texels(std::min(first_texel_bytes, most_texel_bytes_));
}

LabelsPass::~LabelsPass() {
    retire_views();
}

void LabelsPass::retire_views() {
    device_.retire([device = device_.handle, text = texels_as_text_, pictures = texels_as_pictures_] {
        vkDestroyBufferView(device, text, nullptr);
        vkDestroyBufferView(device, pictures, nullptr);
    });
}

void LabelsPass::replace_texels(VkDeviceSize size_bytes) {
    retire_views();
    ++generation_;
    texels_ = GpuBuffer(device_, size_bytes, VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT, MemoryKind::upload,
                        "label texels");
    texels_as_text_ = create_view(device_, texels_.handle, VK_FORMAT_R8G8_UNORM);
    texels_as_pictures_ = create_view(device_, texels_.handle, VK_FORMAT_R8G8B8A8_UNORM);
    batch_.use_memory(
        {static_cast<uint32_t*>(texels_.mapped), static_cast<size_t>(size_bytes / sizeof(uint32_t))});
}

// Full memory is first replaced by as much again, because most of it is usually labels that are no longer
// seen; if that happens often, or is not enough, by twice as much.
void LabelsPass::grow_texels() {
    const bool is_often = grown_frame_ != 0 && frame_ < grown_frame_ + 60;
    grown_frame_ = frame_;
    replace_texels(is_often ? std::min(2 * texels_.size_bytes, most_texel_bytes_) : texels_.size_bytes);
}

const std::vector<gpu::LabelQuad>& LabelsPass::build(std::span<const Label> labels,
                                                     const glm::ivec4& visible) {
    uint64_t hash = hash_labels(labels);
    for (int k = 0; k < 4; ++k) hash = (hash ^ static_cast<uint32_t>(visible[k])) * 0x9E3779B97F4A7C15ull;
    if (calls_ == built_.size()) built_.emplace_back();
    Built& out = built_[calls_++];
    if (out.hash == hash && out.generation == generation_) return out.quads;
    for (bool is_last = false;; grow_texels()) {
        out.quads.clear();
        if (batch_.append(labels, visible, out.quads) || is_last) break;  // in the end what fits is drawn
        is_last = texels_.size_bytes == most_texel_bytes_;
    }
    out.hash = hash;
    out.generation = generation_;
    return out.quads;
}

void LabelsPass::record(FrameContext& frame) {
    const glm::ivec2 size(frame.output_px);
    record_labels(frame.commands, frame.arena, frame.frame, frame.list.labels, size, frame.region);
}

void LabelsPass::record_labels(VkCommandBuffer commands, FrameArena& arena, uint64_t frame,
                               std::span<const Label> labels, glm::ivec2 picture_size, glm::ivec4 clip) {
    if (frame != frame_) calls_ = 0;
    frame_ = frame;
    const glm::ivec2 least = glm::clamp(glm::ivec2(clip), glm::ivec2(0), picture_size);
    const glm::ivec2 most = glm::clamp(glm::ivec2(clip) + glm::ivec2(clip.z, clip.w), least, picture_size);
    if (labels.empty() || least.x == most.x || least.y == most.y) return;
    const std::vector<gpu::LabelQuad>& quads = build(labels, glm::ivec4(least, most - least));
    if (quads.empty()) return;

    const VkViewport viewport{
        0.0f, 0.0f, static_cast<float>(picture_size.x), static_cast<float>(picture_size.y), 0.0f, 1.0f};
    const VkRect2D scissor{
        {least.x, least.y},
        {static_cast<uint32_t>(most.x - least.x), static_cast<uint32_t>(most.y - least.y)}};
    vkCmdSetViewport(commands, 0, 1, &viewport);
    vkCmdSetScissor(commands, 0, 1, &scissor);
    const BufferSlice slice = arena.push(quads);
    // In order, one draw for each stretch of quads of one kind.
    for (size_t first = 0; first < quads.size();) {
        const uint32_t kind = quads[first].kind;
        size_t end = first;
        while (end < quads.size() && quads[end].kind == kind) ++end;
        pipelines_[kind]->bind(commands);
        PushDescriptors()
            .buffer(0, slice)
            .texels(1, kind == gpu::label_picture ? texels_as_pictures_ : texels_as_text_)
            .push(device_, commands, *pipelines_[kind]);
        pipelines_[kind]->push_constants(
            commands, gpu::LabelPush{2.0f / glm::vec2(picture_size), static_cast<uint32_t>(first)});
        vkCmdDraw(commands, 6, static_cast<uint32_t>(end - first), 0, 0);
        first = end;
    }
}

MeasureText LabelsPass::measure() {
    return [shaper = &batch_.shaper()](std::string_view text, float size_px, bool bold) {
        return shaper->measure_px(text, size_px, bold);
    };
}

}  // namespace weft
