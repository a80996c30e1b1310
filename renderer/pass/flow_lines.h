// Flow lines as ribbons that the vertex shader expands from the selected entries; summed by weighted
// order-independent blending into two 16-bit targets. One instance is a chunk of 64 lines. On a device of
// type CPU, where nothing has depth, FlowRaster draws the same into a picture.
#pragma once

#include "renderer/flow/raster.h"
#include "renderer/pass/flow_select.h"
#include "renderer/pass/pass.h"

namespace weft {

// Of each picture that the processor draws into, while it is on its way to the device.
constexpr VkDeviceSize flow_picture_px_bytes = 8;

class FlowLinesPass : public Pass {
  public:
    // `by_device`: also where the processor is faster.
    FlowLinesPass(const PassContext& context, const FlowSelectPass& select, bool by_device);
    const char* name() const override { return "flow lines"; }
    bool is_empty(const DrawList& list) const override { return list.flows.empty(); }
    void prepare(FrameContext& frame) override;
    void record(FrameContext& frame) override;

    bool is_by_processor(const FrameContext& frame) const;
    // Instead of record(), after prepare(): the lines of the frame's part over nothing (mean colour times
    // cover, cover) go to `picture`, of half floats and as large as the targets.
    void draw_by_processor(FrameContext& frame, const GpuImage& picture);

  private:
    // Indices of lines_per_chunk lines in so many segments each, and how many of these a line uses.
    struct Chunk {
        GpuBuffer indices;
        int segments = 0;
        gpu::FlowSegments rule{};
    };

    BufferSlice staging_for(const FrameContext& frame, const GpuImage& picture, glm::ivec2 extent);
    void ensure(Chunk& chunk, const Quality& quality);
    const Chunk& chunk_for(const SelectedFlows& selected) const;

    Device& device_;
    const FlowSelectPass& select_;
    bool by_device_;
    Pipeline* pipelines_[2][4];  // [depth][pulses | dashes << 1]
    Chunk chunk_, fine_chunk_;
    std::vector<gpu::FlowParams> packed_;  // by batch, as the next
    std::vector<BufferSlice> params_;
    std::vector<glm::vec4> color_data_;
    BufferSlice colors_;
    FlowRaster raster_;
    struct Staging {
        GpuBuffer buffer;  // as large as the targets
        uint64_t frame = 0;
        VkDeviceSize used_bytes = 0;  // by the frame's parts
    };
    std::array<Staging, frames_in_flight> staging_;
};

}  // namespace weft
