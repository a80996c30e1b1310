#include "renderer/pass/flow_select.h"

#include <algorithm>

#include "renderer/flow_select_twin.h"
#include "shaders/shared/flow_params.h"

namespace weft {
namespace {

constexpr uint64_t kept_frames = 60;  // hovering switches between a few selections
constexpr uint32_t lines_per_chunk = 64;

template <typename T>
GpuBuffer upload(Device& device, const std::vector<T>& values, const char* name) {
    GpuBuffer buffer(device, std::max<size_t>(16, values.size() * sizeof(T)),
                     VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, MemoryKind::upload, name);
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
    uint64_t used_in_frame = 0;
    GpuBuffer indices, values, draw;
    SelectedFlows selected;
};

FlowSelectPass::FlowSelectPass(const PassContext& context, bool compute)
    : device_(context.device), compute_(compute) {}

FlowSelectPass::~FlowSelectPass() = default;

uint64_t FlowSelectPass::lines_drawn() const {
    uint64_t lines = 0;
    for (const SelectedFlows* selected : current_) lines += selected->line_count;
    return lines;
}

bool FlowSelectPass::draws_any() const {
    return std::any_of(current_.begin(), current_.end(), [](const SelectedFlows* selected) {
        return selected->dense || selected->line_count > 0;
    });
}

void FlowSelectPass::prepare(FrameContext& frame) {
    current_.clear();
    for (const FlowBatch& flow : frame.list.flows) {
        Entry& entry = find(frame, flow, frame.list.blocks.at(flow.block));
        entry.used_in_frame = frame.frame;
        current_.push_back(&entry.selected);
    }
    drop_unused(frame.frame);
}

FlowSelectPass::Entry& FlowSelectPass::find(FrameContext&, const FlowBatch& flow, const WeightBlock& block) {
    for (const auto& entry : entries_) {
        const WeightBlock& held = entry->block;
        if (held.values == block.values && held.slices == block.slices && held.rows == block.rows &&
            held.columns == block.columns && entry->selection == flow.selection)
            return *entry;
    }
    auto entry = std::make_unique<Entry>();
    entry->block = block;
    entry->selection = flow.selection;
    run_twin(*entry);
    ++selections_run_;
    entries_.push_back(std::move(entry));
    return *entries_.back();
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
    entry.selected = {whole(entry.indices), whole(entry.values), whole(entry.draw), false, draw.line_count};
}

void FlowSelectPass::drop_unused(uint64_t frame) {
    std::erase_if(entries_, [&](const auto& entry) { return entry->used_in_frame + kept_frames < frame; });
    std::erase_if(blocks_, [&](const auto& block) { return block->used_in_frame + kept_frames < frame; });
}

}  // namespace weft
