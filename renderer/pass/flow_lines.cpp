#include "renderer/pass/flow_lines.h"

#include <algorithm>

#include "analysis/error.h"

#include "renderer/srgb.h"
#include "shaders/shared/flow_params.h"

namespace weft {
namespace {

glm::vec4 mixed(const glm::vec4& color, const glm::vec4& into) {
    return linear_from_srgb(glm::vec4(glm::mix(glm::vec3(color), glm::vec3(into), into.a), color.a));
}

gpu::FlowParams pack(const FlowBatch& flow, const WeightBlock& block, float px_scale) {
    gpu::FlowParams params{};
    params.source_origin = flow.source_origin;
    params.source_slice_step = flow.source_slice_step;
    params.source_column_step = flow.source_column_step;
    params.target_origin = flow.target_origin;
    params.target_slice_step = flow.target_slice_step;
    params.target_row_step = flow.target_row_step;
    params.axis = flow.axis;
    params.handle_u = flow.handle_u;
    params.width_u = flow.width_u * flow.width_scale;
    params.taper = flow.taper;
    params.min_px = flow.min_px * px_scale;
    params.max_px = flow.max_px * px_scale;
    params.least_px = flow.least_px * px_scale;
    params.opacity_power = flow.opacity_power;
    params.opacity_min = flow.opacity_min;
    params.opacity_max = flow.opacity_max;
    params.opacity_scale = flow.opacity_scale;
    params.depth_fade = flow.depth_fade;
    params.grow = glm::clamp(flow.grow, 0.0f, 1.0f);
    params.pulse_phase = flow.pulse_phase;
    params.pulse_sigma = std::max(flow.pulse_sigma, 1e-4f);
    params.pulse_gain = flow.pulse_gain;
    params.pulse_base = flow.pulse_base;
    params.pulse_white = flow.pulse_white;
    params.negative_dashes = flow.negative_dashes;
    params.rows = std::max(1u, block.rows);
    params.columns = std::max(1u, block.columns);
    return params;
}

bool has_pulses(const FlowBatch& flow) {
    return flow.pulse_phase >= 0.0f && flow.pulse_phase <= 1.0f;
}

bool has_dashes(const FlowBatch& flow) {
    return flow.negative_color && flow.negative_dashes > 0.0f;
}

bool is_invisible(const FlowBatch& flow) {
    return flow.grow <= 0.0f || flow.opacity_scale <= 0.0f;
}

// Few lines are those that somebody looks at: they stay round at every quality.
constexpr uint32_t most_fine_lines = 64;
constexpr int fine_segments = 16;

}  // namespace

FlowLinesPass::FlowLinesPass(const PassContext& context, const FlowSelectPass& select, bool by_device)
    : device_(context.device), select_(select), by_device_(by_device) {
    for (int depth = 0; depth < 2; ++depth) {
        for (uint32_t kind = 0; kind < 4; ++kind) {
            const uint32_t pulses = kind & 1, dashes = kind >> 1;
            PipelineInfo info;
            info.name =
                std::string("flow lines") + (pulses ? " with pulses" : "") + (dashes ? ", dashed" : "");
            info.vertex = "flow_lines.vert";
            info.fragment = "flow_lines.frag";
            // What is the same for all vertices lies in uniform buffers: a software device reads storage lane
            // by lane.
            constexpr auto uniform = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER,
                           storage = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
            info.bindings = {uniform, uniform, storage, storage, storage, uniform};
            info.push_constant_bytes = sizeof(gpu::FlowSegments);
            info.constants = {pulses, dashes};
            info.render_pass = context.render_passes.flow[depth];
            info.blend = Blend::weighted;
            info.depth = depth ? Depth::test : Depth::none;
            pipelines_[depth][kind] = context.pipelines.add(info);
        }
    }
}

void FlowLinesPass::ensure(Chunk& chunk, const Quality& quality) {
    chunk.rule = segment_rule(quality);
    const auto segments = static_cast<int>(chunk.rule.most);
    if (chunk.segments == segments) return;
    std::vector<uint16_t> indices;
    for (uint32_t line = 0; line < lines_per_chunk; ++line)
        for (int k = 0; k < segments; ++k) {
            const auto vertex = [&](int point, uint32_t side) {
                return static_cast<uint16_t>(line << 8 | static_cast<uint32_t>(point) << 1 | side);
            };
            const uint16_t quad[6]{vertex(k, 0),     vertex(k, 1), vertex(k + 1, 0),
                                   vertex(k + 1, 0), vertex(k, 1), vertex(k + 1, 1)};
            indices.insert(indices.end(), quad, quad + 6);
        }
    chunk.indices = GpuBuffer(device_, indices.size() * sizeof(uint16_t), VK_BUFFER_USAGE_INDEX_BUFFER_BIT,
                              MemoryKind::upload, "flow chunk indices");
    std::copy(indices.begin(), indices.end(), static_cast<uint16_t*>(chunk.indices.mapped));
    chunk.segments = segments;
}

void FlowLinesPass::prepare(FrameContext& frame) {
    ensure(chunk_, frame.quality);
    Quality fine = frame.quality;
    fine.segments = std::max(fine.segments, fine_segments);
    ensure(fine_chunk_, fine);
    packed_.clear();
    params_.clear();
    std::vector<glm::vec4>& colors = color_data_;
    colors.clear();
    for (size_t i = 0; i < frame.list.flows.size(); ++i) {
        const FlowBatch& flow = frame.list.flows[i];
        const WeightBlock& block = frame.list.blocks.at(flow.block);
        gpu::FlowParams packed = pack(flow, block, frame.px_scale);
        packed.dense_values = select_.selected(i).dense;
        packed.first_color = static_cast<uint32_t>(colors.size());
        for (uint32_t s = 0; s < block.slices; ++s) {
            const bool given = flow.slice_colors && s < flow.slice_colors->size();
            colors.push_back(mixed(given ? (*flow.slice_colors)[s] : glm::vec4(1.0f), flow.mix_color));
        }
        if (flow.negative_color) {
            packed.negative_color = block.slices;
            colors.insert(colors.end(), block.slices, mixed(*flow.negative_color, flow.mix_color));
        }
        packed_.push_back(packed);
        params_.push_back(frame.arena.push_value(packed));
    }
    colors_ = frame.arena.push(colors);
}

void FlowLinesPass::record(FrameContext& frame) {
    const Chunk* bound_chunk = nullptr;
    Pipeline* bound = nullptr;
    for (size_t i = 0; i < frame.list.flows.size(); ++i) {
        const FlowBatch& flow = frame.list.flows[i];
        const SelectedFlows& selected = select_.selected(i);
        if (is_invisible(flow) || (!selected.dense && selected.line_count == 0)) continue;
        Pipeline* pipeline = pipelines_[frame.depth][(has_pulses(flow) ? 1 : 0) + (has_dashes(flow) ? 2 : 0)];
        if (bound != pipeline) pipeline->bind(frame.commands);
        bound = pipeline;
        PushDescriptors()
            .buffer(0, frame.frame_params)
            .buffer(1, params_[i])
            .buffer(2, colors_)
            .buffer(3, selected.indices)
            .buffer(4, selected.values)
            .buffer(5, selected.draw)
            .push(device_, frame.commands, *pipeline);
        const Chunk& chunk = chunk_for(selected);
        if (bound_chunk != &chunk)
            vkCmdBindIndexBuffer(frame.commands, chunk.indices.handle, 0, VK_INDEX_TYPE_UINT16);
        bound_chunk = &chunk;
        const auto indices_per_line = static_cast<uint32_t>(chunk.segments * 6);
        pipeline->push_constants(frame.commands, chunk.rule);
        if (selected.dense) {
            vkCmdDrawIndexedIndirect(frame.commands, selected.draw.buffer, selected.draw.offset, 1, 0);
            continue;
        }
        const uint32_t full = selected.line_count / lines_per_chunk,
                       rest = selected.line_count % lines_per_chunk;
        if (full) vkCmdDrawIndexed(frame.commands, lines_per_chunk * indices_per_line, full, 0, 0, 0);
        if (rest) vkCmdDrawIndexed(frame.commands, rest * indices_per_line, 1, 0, 0, full);
    }
}

const FlowLinesPass::Chunk& FlowLinesPass::chunk_for(const SelectedFlows& selected) const {
    return !selected.dense && selected.line_count <= most_fine_lines ? fine_chunk_ : chunk_;
}

bool FlowLinesPass::is_by_processor(const FrameContext& frame) const {
    if (by_device_ || !device_.is_cpu || frame.depth) return false;
    for (size_t i = 0; i < frame.list.flows.size(); ++i)
        if (select_.selected(i).dense) return false;
    return true;
}

void FlowLinesPass::draw_by_processor(FrameContext& frame, const GpuImage& picture) {
    std::vector<FlowRasterBatch> batches;
    for (size_t i = 0; i < frame.list.flows.size(); ++i) {
        const FlowBatch& flow = frame.list.flows[i];
        const SelectedFlows& selected = select_.selected(i);
        if (is_invisible(flow)) continue;
        batches.push_back({packed_[i],
                           std::span(color_data_).subspan(packed_[i].first_color),
                           {selected.index_data, selected.line_count},
                           {selected.value_data, selected.line_count},
                           chunk_for(selected).rule,
                           has_pulses(flow),
                           has_dashes(flow)});
    }
    const glm::ivec2 low = frame.flow_low_px, extent = frame.flow_high_px - low;
    const BufferSlice place = staging_for(frame, picture, extent);
    auto* const mapped =
        static_cast<std::byte*>(staging_[frame.frame % frames_in_flight].buffer.mapped) + place.offset;
    raster_.draw(frame.params, batches, low - frame.viewport_px, frame.flow_high_px - frame.viewport_px,
                 reinterpret_cast<uint16_t*>(mapped));
    frame.uploads.to_image(picture, {{low.x, low.y}, {uint32_t(extent.x), uint32_t(extent.y)}}, place, true);
}

// Parts of a frame do not overlap: what is as large as the targets has room for all.
BufferSlice FlowLinesPass::staging_for(const FrameContext& frame, const GpuImage& picture,
                                       glm::ivec2 extent) {
    Staging& staging = staging_[frame.frame % frames_in_flight];
    const VkDeviceSize all_bytes = flow_picture_px_bytes * picture.width * picture.height;
    const VkDeviceSize bytes = flow_picture_px_bytes * VkDeviceSize(extent.x) * VkDeviceSize(extent.y);
    if (staging.frame != frame.frame || !staging.buffer) staging.used_bytes = 0;
    staging.frame = frame.frame;
    if (staging.buffer.size_bytes != all_bytes)
        staging.buffer = GpuBuffer(device_, all_bytes, VK_BUFFER_USAGE_TRANSFER_SRC_BIT, MemoryKind::upload,
                                   "flow picture");
    const VkDeviceSize offset = staging.used_bytes;
    staging.used_bytes += bytes;
    WEFT_ASSERT(staging.used_bytes <= all_bytes,
                std::to_string(staging.used_bytes) + " of " + std::to_string(all_bytes));
    return {staging.buffer.handle, offset, bytes};
}

}  // namespace weft
