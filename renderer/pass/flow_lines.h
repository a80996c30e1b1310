// Flow lines as ribbons that the vertex shader expands from the selected entries; summed by weighted
// order-independent blending into two 16-bit targets. One instance is a chunk of 64 lines.
#pragma once

#include "renderer/pass/flow_select.h"
#include "renderer/pass/pass.h"

namespace weft {

class FlowLinesPass : public Pass {
  public:
    FlowLinesPass(const PassContext& context, const FlowSelectPass& select);
    const char* name() const override { return "flow lines"; }
    bool is_empty(const DrawList& list) const override { return list.flows.empty(); }
    void prepare(FrameContext& frame) override;
    void record(FrameContext& frame) override;

  private:
    // Indices of lines_per_chunk lines in so many segments each.
    struct Chunk {
        GpuBuffer indices;
        int segments = 0;
    };

    void ensure(Chunk& chunk, int segments);

    Device& device_;
    const FlowSelectPass& select_;
    Pipeline* pipelines_[2][4];  // [depth][pulses | dashes << 1]
    Chunk chunk_, fine_chunk_;
    std::vector<BufferSlice> params_;  // by batch
    BufferSlice colors_;
};

}  // namespace weft
