#include "renderer/pass/flow_lines.h"

#include <algorithm>

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

struct Push {
    float inverse_segments;
};

// Few lines are those that somebody looks at: they stay round at every quality.
constexpr uint32_t most_fine_lines = 64;
constexpr int fine_segments = 16;

}  // namespace

FlowLinesPass::FlowLinesPass(const PassContext& context, const FlowSelectPass& select)
    : device_(context.device), select_(select) {
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
            info.push_constant_bytes = sizeof(Push);
            info.constants = {pulses, dashes};
            info.render_pass = context.render_passes.flow[depth];
            info.blend = Blend::weighted;
            info.depth = depth ? Depth::test : Depth::none;
            pipelines_[depth][kind] = context.pipelines.add(info);
        }
    }
}

void FlowLinesPass::ensure(Chunk& chunk, int segments) {
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
    ensure(chunk_, flow_segments(frame.quality));
    ensure(fine_chunk_, std::max(chunk_.segments, fine_segments));
    params_.clear();
    std::vector<glm::vec4> colors;
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
        const bool invisible = flow.grow <= 0.0f || flow.opacity_scale <= 0.0f;
        if (invisible || (!selected.dense && selected.line_count == 0)) continue;
        const bool pulses = flow.pulse_phase >= 0.0f && flow.pulse_phase <= 1.0f;
        const bool dashes = flow.negative_color && flow.negative_dashes > 0.0f;
        Pipeline* pipeline = pipelines_[frame.depth][(pulses ? 1 : 0) + (dashes ? 2 : 0)];
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
        const bool few = !selected.dense && selected.line_count <= most_fine_lines;
        const Chunk& chunk = few ? fine_chunk_ : chunk_;
        if (bound_chunk != &chunk)
            vkCmdBindIndexBuffer(frame.commands, chunk.indices.handle, 0, VK_INDEX_TYPE_UINT16);
        bound_chunk = &chunk;
        const auto indices_per_line = static_cast<uint32_t>(chunk.segments * 6);
        pipeline->push_constants(frame.commands, Push{1.0f / static_cast<float>(chunk.segments)});
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

}  // namespace weft
