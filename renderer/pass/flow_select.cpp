#include "renderer/pass/flow_select.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "renderer/flow/points.h"
#include "renderer/flow_select_twin.h"
#include "shaders/shared/flow_params.h"
#include "shaders/shared/select_params.h"

namespace weft {
namespace {

// 2^28 numbers: what the twin selects from in about a tenth of a second.
constexpr uint64_t twin_block_bytes = uint64_t{1} << 30;
constexpr uint64_t kept_frames = 60;  // hovering switches between a few selections

template <typename T>
GpuBuffer upload(Device& device, const std::vector<T>& values, const char* name) {
    GpuBuffer buffer(device, std::max<size_t>(16, values.size() * sizeof(T)),
                     VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT,
                     MemoryKind::upload, name);
    std::copy(values.begin(), values.end(), static_cast<T*>(buffer.mapped));
    return buffer;
}

}  // namespace

struct FlowSelectPass::Block {
    std::shared_ptr<const std::vector<float>> values;  // held, so that its address stays its identity
    uint64_t used_in_frame = 0;
    GpuBuffer buffer;
};

struct FlowSelectPass::Entry {
    WeightBlock block;
    FlowSelection selection;
    int segments = 0;  // that the indirect draw was made for; 0: made by the twin
    uint64_t used_in_frame = 0;
    GpuBuffer indices, values, draw, groups;
    SelectedFlows selected;
    uint32_t lines() const {
        return selected.dense ? static_cast<const gpu::FlowDraw*>(draw.mapped)->line_count
                              : selected.line_count;
    }
};

FlowSelectPass::FlowSelectPass(const PassContext& context, bool compute)
    : device_(context.device), compute_(compute) {
    const char* const shaders[]{"flow_select_count.comp", "flow_select_scan.comp",
                                "flow_select_scatter.comp"};
    for (size_t step = 0; step < 3; ++step) {
        PipelineInfo info;
        info.name = info.compute = shaders[step];
        info.bindings.assign(9, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER);
        steps_[step] = context.pipelines.add(info);
    }
}

FlowSelectPass::~FlowSelectPass() = default;

const SelectedFlows& FlowSelectPass::selected(size_t batch) const {
    return current_[batch]->selected;
}

uint64_t FlowSelectPass::lines_drawn() const {
    uint64_t lines = 0;
    for (const Entry* entry : drawn_) lines += entry->lines();
    return lines;
}

bool FlowSelectPass::draws_any() const {
    return std::any_of(current_.begin(), current_.end(), [](const Entry* entry) {
        return entry->selected.dense || entry->selected.line_count > 0;
    });
}

std::vector<uint32_t> FlowSelectPass::list_of(size_t batch) const {
    const Entry& entry = *current_[batch];
    const auto* indices = static_cast<const uint32_t*>(entry.indices.mapped);
    return {indices, indices + entry.lines()};
}

void FlowSelectPass::prepare(FrameContext& frame) {
    current_.clear();
    if (frame.frame != frame_) {
        drawn_.clear();
        memory_note_.clear();
    }
    frame_ = frame.frame;
    for (const FlowBatch& flow : frame.list.flows) {
        Entry& entry = find(frame, flow, frame.list.blocks.at(flow.block));
        entry.used_in_frame = frame.frame;
        if (entry.selected.dense) device_block(frame, entry.block);
        current_.push_back(&entry);
    }
    drawn_.insert(drawn_.end(), current_.begin(), current_.end());
    drop_unused(frame.frame, memory_note_.empty() ? kept_frames : 0);
}

FlowSelectPass::Entry& FlowSelectPass::find(FrameContext& frame, const FlowBatch& flow,
                                            const WeightBlock& block) {
    const bool compute = compute_ && block.slices && block.rows && block.columns && has_room_for(block);
    const int segments = compute ? static_cast<int>(segment_rule(frame.quality).most) : 0;
    for (const auto& entry : entries_) {
        const WeightBlock& held = entry->block;
        if (held.values == block.values && held.slices == block.slices && held.rows == block.rows &&
            held.columns == block.columns && entry->selection == flow.selection &&
            entry->segments == segments)
            return *entry;
    }
    auto entry = std::make_unique<Entry>();
    entry->block = block;
    entry->selection = flow.selection;
    entry->segments = segments;
    check_selection(block, flow.selection);
    if (compute)
        plan_compute(frame, *entry);
    else
        run_twin(*entry);
    ++selections_run_;
    entries_.push_back(std::move(entry));
    return *entries_.back();
}

// The block itself, unless it is there, and its list. Without room the twin selects, and only survivors go to
// the device.
bool FlowSelectPass::has_room_for(const WeightBlock& block) {
    const uint64_t bytes = block.values->size() * sizeof(float);
    if (bytes > device_.properties.limits.maxStorageBufferRange) {
        memory_note_ = "a layer is larger than the device's buffers: lines are selected by the CPU";
        return false;
    }
    const bool is_there =
        std::ranges::any_of(blocks_, [&](const auto& b) { return b->values == block.values; });
    if (is_there || 2 * bytes <= device_.meter.left_bytes()) return true;
    memory_note_ = "the device's memory is short: lines are selected by the CPU";
    return false;
}

uint64_t FlowSelectPass::largest_block_bytes() const {
    if (!compute_) return twin_block_bytes;
    const uint64_t on_device =
        std::min<uint64_t>(device_.properties.limits.maxStorageBufferRange, device_.meter.budget_bytes() / 2);
    return std::max(on_device, twin_block_bytes);
}

void FlowSelectPass::run_twin(Entry& entry) {
    const std::vector<uint32_t> indices = select_flows(entry.block, entry.selection);
    std::vector<float> values(indices.size());
    std::transform(indices.begin(), indices.end(), values.begin(),
                   [&](uint32_t i) { return (*entry.block.values)[i]; });
    gpu::FlowDraw draw{};
    draw.line_count = static_cast<uint32_t>(indices.size());
    draw.instance_count = (draw.line_count + lines_per_chunk - 1) / lines_per_chunk;
    entry.indices = upload(device_, indices, "flow indices");
    entry.values = upload(device_, values, "flow values");
    entry.draw = upload(device_, std::vector{draw}, "flow draw");
    entry.selected = {whole(entry.indices),
                      whole(entry.values),
                      whole(entry.draw),
                      false,
                      draw.line_count,
                      static_cast<const uint32_t*>(entry.indices.mapped),
                      static_cast<const float*>(entry.values.mapped)};
}

BufferSlice FlowSelectPass::device_block(FrameContext& frame, const WeightBlock& block) {
    auto found = std::find_if(blocks_.begin(), blocks_.end(),
                              [&](const auto& b) { return b->values == block.values; });
    if (found == blocks_.end()) {
        const auto bytes = std::as_bytes(std::span(*block.values));
        auto made = std::make_unique<Block>();
        made->values = block.values;
        made->buffer = GpuBuffer(device_, bytes.size(),
                                 VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                 device_.is_cpu ? MemoryKind::upload : MemoryKind::device, "weight block");
        if (made->buffer.mapped)
            std::copy(bytes.begin(), bytes.end(), static_cast<std::byte*>(made->buffer.mapped));
        else
            frame.uploads.to_buffer(made->buffer, bytes, frame.arena);
        blocks_.push_back(std::move(made));
        found = blocks_.end() - 1;
    }
    (*found)->used_in_frame = frame.frame;
    return whole((*found)->buffer);
}

void FlowSelectPass::plan_compute(FrameContext& frame, Entry& entry) {
    constexpr uint32_t entries_per_group = 256 * 16;
    const FlowSelection& selection = entry.selection;
    gpu::SelectParams params{};
    params.rows = entry.block.rows;
    params.columns = entry.block.columns;
    params.entry_count = entry.block.slices * entry.block.rows * entry.block.columns;
    params.group_count = (params.entry_count + entries_per_group - 1) / entries_per_group;
    params.threshold_key = std::isnan(selection.threshold) ? UINT32_MAX
                           : selection.threshold > 0.0f    ? std::bit_cast<uint32_t>(selection.threshold)
                                                           : 0;
    params.has_row_thresholds = selection.row_thresholds != nullptr;
    params.has_slice_mask = selection.slice_mask != nullptr;
    params.has_column_mask = selection.column_mask != nullptr;
    params.has_row_mask = selection.row_mask != nullptr;
    params.band = selection.band;
    params.only_slice = selection.only_slice;
    params.only_row = selection.only_row;
    params.only_column = selection.only_column;
    params.indices_per_chunk = lines_per_chunk * 6 * static_cast<uint32_t>(entry.segments);

    constexpr VkBufferUsageFlags storage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
    const auto list_memory = device_.is_cpu ? MemoryKind::readback : MemoryKind::device;
    entry.indices = GpuBuffer(device_, VkDeviceSize(params.entry_count) * sizeof(uint32_t), storage,
                              list_memory, "flow indices");
    entry.groups =
        GpuBuffer(device_, std::max(16u, params.group_count * 4), storage, MemoryKind::device, "flow groups");
    entry.draw = GpuBuffer(device_, sizeof(gpu::FlowDraw),
                           storage | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT,
                           MemoryKind::readback, "flow draw");
    *static_cast<gpu::FlowDraw*>(entry.draw.mapped) = {};
    entry.selected = {whole(entry.indices), device_block(frame, entry.block), whole(entry.draw), true, 0};
    const auto pushed = [&](const auto& shared) {
        return shared ? frame.arena.push(*shared) : frame.arena.push({});
    };
    Planned planned{{}, params.group_count};
    planned.descriptors.buffer(0, frame.arena.push_value(params))
        .buffer(1, entry.selected.values)
        .buffer(2, pushed(selection.row_thresholds))
        .buffer(3, pushed(selection.slice_mask))
        .buffer(4, pushed(selection.column_mask))
        .buffer(5, pushed(selection.row_mask))
        .buffer(6, whole(entry.groups))
        .buffer(7, entry.selected.indices)
        .buffer(8, entry.selected.draw);
    planned_.push_back(std::move(planned));
}

void FlowSelectPass::record(VkCommandBuffer commands, Step step) {
    Pipeline& pipeline = *steps_[static_cast<size_t>(step)];
    pipeline.bind(commands);
    for (const Planned& planned : planned_) {
        planned.descriptors.push(device_, commands, pipeline);
        vkCmdDispatch(commands, step == Step::scan ? 1 : planned.group_count, 1, 1);
    }
}

void FlowSelectPass::drop_unused(uint64_t frame, uint64_t kept) {
    std::erase_if(entries_, [&](const auto& entry) { return entry->used_in_frame + kept < frame; });
    std::erase_if(blocks_, [&](const auto& block) { return block->used_in_frame + 2 * kept < frame; });
}

}  // namespace weft
