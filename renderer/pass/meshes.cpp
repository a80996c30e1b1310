#include "renderer/pass/meshes.h"

#include <algorithm>
#include <cstring>

#include "analysis/error.h"
#include "renderer/srgb.h"
#include "shaders/shared/quad_data.h"

namespace weft {
namespace {

template <typename T>
GpuBuffer upload(Device& device, const std::vector<T>& values, VkBufferUsageFlags usage, const char* name) {
    const size_t bytes = values.size() * sizeof(T);
    GpuBuffer buffer(device, std::max<size_t>(16, bytes), usage, MemoryKind::upload, name);
    if (bytes) std::memcpy(buffer.mapped, values.data(), bytes);
    return buffer;
}

void check_mesh(const MeshData& mesh) {
    if (mesh.normals.size() != mesh.positions.size())
        throw Error("a mesh has \"" + std::to_string(mesh.normals.size()) + "\" normals for " +
                    std::to_string(mesh.positions.size()) + " positions");
    for (const uint32_t i : mesh.indices)
        if (i >= mesh.positions.size()) throw Error("a mesh has no vertex \"" + std::to_string(i) + "\"");
}

}  // namespace

MeshesPass::MeshesPass(const PassContext& context) : device_(context.device) {
    PipelineInfo info;
    info.name = name();
    info.vertex = "meshes.vert";
    info.fragment = "meshes.frag";
    info.bindings.assign(4, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER);
    info.bindings[0] = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
    info.render_pass = context.render_passes.ground[1];
    info.depth = Depth::test_and_write;
    pipeline_ = context.pipelines.add(info);
}

MeshesPass::Held& MeshesPass::find(const std::shared_ptr<const MeshData>& source) {
    auto found = std::find_if(held_.begin(), held_.end(), [&](const auto& h) { return h->source == source; });
    if (found != held_.end()) return **found;
    check_mesh(*source);
    auto made = std::make_unique<Held>();
    made->source = source;
    made->positions =
        upload(device_, source->positions, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, "mesh positions");
    made->normals = upload(device_, source->normals, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, "mesh normals");
    made->indices = upload(device_, source->indices, VK_BUFFER_USAGE_INDEX_BUFFER_BIT, "mesh indices");
    held_.push_back(std::move(made));
    return *held_.back();
}

void MeshesPass::prepare(FrameContext& frame) {
    for (const Mesh& mesh : frame.list.meshes)
        if (mesh.data) find(mesh.data).used_in_frame = frame.frame;
    std::erase_if(held_, [&](const auto& held) { return held->used_in_frame + 60 < frame.frame; });
}

void MeshesPass::record(FrameContext& frame) {
    pipeline_->bind(frame.commands);
    for (const Mesh& mesh : frame.list.meshes) {
        if (!mesh.data || mesh.data->indices.empty()) continue;
        const Held& held = find(mesh.data);
        const gpu::MeshParams params{mesh.world_from_mesh, linear_from_srgb(mesh.color)};
        PushDescriptors()
            .buffer(0, frame.frame_params)
            .buffer(1, frame.arena.push_value(params))
            .buffer(2, whole(held.positions))
            .buffer(3, whole(held.normals))
            .push(device_, frame.commands, *pipeline_);
        vkCmdBindIndexBuffer(frame.commands, held.indices.handle, 0, VK_INDEX_TYPE_UINT32);
        vkCmdDrawIndexed(frame.commands, static_cast<uint32_t>(mesh.data->indices.size()), 1, 0, 0, 0);
    }
}

}  // namespace weft
