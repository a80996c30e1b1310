// The lists of drawn entries, kept as long as weights and selection stay the same. On a device of type CPU
// the C++ twin makes them and only survivors go to the device; elsewhere the block goes there once and
// compute shaders (count, scan, scatter) make the list and the indirect draw.
#pragma once

#include <memory>

#include "renderer/pass/pass.h"

namespace weft {

constexpr uint32_t lines_per_chunk = 64;
struct SelectedFlows {
    BufferSlice indices;  // uint32 flat indices, ascending
    BufferSlice values;   // float; of the whole block if `dense`, else one for each index
    BufferSlice draw;     // gpu::FlowDraw
    bool dense = false;
    // Known where the twin ran:
    uint32_t line_count = 0;
    const uint32_t* index_data = nullptr;
    const float* value_data = nullptr;
};

class FlowSelectPass {
  public:
    FlowSelectPass(const PassContext& context, bool compute);
    ~FlowSelectPass();

    // The lists of all batches of the frame, in order; runs or plans what changed.
    void prepare(FrameContext& frame);
    const SelectedFlows& selected(size_t batch) const;
    bool draws_any() const;  // false only where that is known

    // What prepare() planned for the device: one dispatch of this step for each changed batch. The frame list
    // puts a barrier after each step and forgets the plan after the last.
    enum class Step { count, scan, scatter };
    bool has_work() const { return !planned_.empty(); }
    void record(VkCommandBuffer commands, Step step);
    void forget_plan() { planned_.clear(); }

    uint64_t largest_block_bytes() const;
    uint64_t selections_run() const { return selections_run_; }
    const std::string& memory_note() const { return memory_note_; }  // "": nothing was given up
    uint64_t lines_drawn() const;  // where shaders select: of the last finished selection
    // The list itself, for tests; where shaders select, after the frame is over.
    std::vector<uint32_t> list_of(size_t batch) const;

  private:
    struct Block;
    struct Entry;
    struct Planned {
        PushDescriptors descriptors;
        uint32_t group_count;
    };
    Entry& find(FrameContext& frame, const FlowBatch& flow, const WeightBlock& block);
    void run_twin(Entry& entry);
    void plan_compute(FrameContext& frame, Entry& entry);
    BufferSlice device_block(FrameContext& frame, const WeightBlock& block);
    bool has_room_for(const WeightBlock& block);
    void drop_unused(uint64_t frame, uint64_t kept_frames);

    Device& device_;
    bool compute_;
    Pipeline* steps_[3];  // by Step
    std::vector<std::unique_ptr<Entry>> entries_;
    std::vector<std::unique_ptr<Block>> blocks_;
    std::vector<Planned> planned_;
    std::vector<const Entry*> current_;  // of the part of the frame that was prepared last
    std::vector<const Entry*> drawn_;    // of the whole frame
    uint64_t frame_ = 0;
    std::string memory_note_;
    uint64_t selections_run_ = 0;
};

}  // namespace weft
