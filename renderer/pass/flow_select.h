// The lists of drawn entries, kept as long as weights and selection stay the same. On a device of type CPU
// the C++ twin makes them and only survivors go to the device; elsewhere the block goes there once and
// compute shaders (count, scan, scatter) make the list and the indirect draw.
#pragma once

#include <memory>

#include "renderer/pass/pass.h"

namespace weft {

struct SelectedFlows {
    BufferSlice indices;  // uint32 flat indices, ascending
    BufferSlice values;   // float; of the whole block if `dense`, else one for each index
    BufferSlice draw;     // gpu::FlowDraw
    bool dense = false;
    uint32_t line_count = 0;  // known where the twin ran
};

class FlowSelectPass {
  public:
    FlowSelectPass(const PassContext& context, bool compute);
    ~FlowSelectPass();

    // The lists of all batches of the frame, in order; runs or plans what changed.
    void prepare(FrameContext& frame);
    const SelectedFlows& selected(size_t batch) const { return *current_[batch]; }
    bool draws_any() const;  // false only where that is known
    bool uses_compute() const { return compute_; }

    // What prepare() planned for the device, in steps; the frame list puts a barrier after each.
    bool has_work() const { return !planned_.empty(); }
    void record_count(VkCommandBuffer commands);
    void record_scan(VkCommandBuffer commands);
    void record_scatter(VkCommandBuffer commands);

    uint64_t selections_run() const { return selections_run_; }
    uint64_t lines_drawn() const;

  private:
    struct Block;
    struct Entry;
    Entry& find(FrameContext& frame, const FlowBatch& flow, const WeightBlock& block);
    void run_twin(Entry& entry);
    void plan_compute(FrameContext& frame, Entry& entry);
    Block& device_block(FrameContext& frame, const WeightBlock& block);
    void drop_unused(uint64_t frame);

    Device& device_;
    bool compute_;
    Pipeline *count_ = nullptr, *scan_ = nullptr, *scatter_ = nullptr;
    std::vector<std::unique_ptr<Entry>> entries_;
    std::vector<std::unique_ptr<Block>> blocks_;
    std::vector<Entry*> planned_;
    std::vector<const SelectedFlows*> current_;
    uint64_t selections_run_ = 0;
};

}  // namespace weft
