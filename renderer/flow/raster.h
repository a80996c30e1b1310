// Draws the flow lines of a picture with the processor. On a device of type CPU this is the product path: a
// software rasteriser pays for each of the 32 thin triangles of a line and for blending two targets; here a
// row of pixels of a whole ribbon is one step, and the sums stay in the cache. Same formulas, the picture
// differs by rounding. Deterministic, whatever the number of threads: each row of pixels is one thread's, in
// the order of the lines. Renderer's thread only; starts threads of its own for the time of a call.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <span>
#include <vector>

#include "renderer/flow/fill.h"
#include "renderer/flow/points.h"

namespace weft {

struct FlowRasterBatch {
    gpu::FlowParams params{};
    std::span<const glm::vec4> colors;  // of the batch's slices, then those of negative values
    std::span<const uint32_t> indices;  // of the drawn lines in their block
    std::span<const float> values;      // of each drawn line
    gpu::FlowSegments segments{};
    bool pulses = false, dashes = false;
};

class FlowRaster {
  public:
    // The part [low, high) of a picture of frame.scene_px pixels, as `picture` [high.y - low.y, high.x
    // - low.x, 4]: mean colour (linear) times cover, and cover, as half floats.
    void draw(const gpu::FrameParams& frame, std::span<const FlowRasterBatch> batches, glm::ivec2 low,
              glm::ivec2 high, uint16_t* picture);

  private:
    struct Line {
        FlowLook look;
        uint32_t batch = 0, entry = 0;
        size_t first_point = 0, points = 0;
        float low_y = 0.0f, high_y = 0.0f;  // px
    };
    void place(const gpu::FrameParams& frame, std::span<const FlowRasterBatch> batches, size_t first,
               size_t end);
    void fill(std::span<const FlowRasterBatch> batches, FlowBand& band);

    std::vector<Line> lines_;
    std::vector<FlowPoint> points_;  // of every line, one after the other

    glm::vec2 scene_px_{0.0f};
    std::vector<FlowBand> bands_;  // of each thread
};

}  // namespace weft
