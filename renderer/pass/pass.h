// What every pass is given and gives. The frame list (renderer/frame_list.cpp) calls prepare() of all passes,
// records the uploads, then calls record() inside the pass's render pass. A pass records no barriers.
#pragma once

#include <glm/glm.hpp>

#include "renderer/draw_list.h"
#include "renderer/memory.h"
#include "renderer/pipeline.h"
#include "renderer/renderer.h"
#include "shaders/shared/frame_params.h"

namespace weft {

// Render passes that pipelines are made for. Index 1 has a depth attachment (only when there are meshes).
struct RenderPasses {
    VkRenderPass ground[2]{};               // sRGB colour, linear light: planes, meshes, strokes below
    VkRenderPass flow[2]{};                 // weighted sums of flow lines
    VkRenderPass composite[2]{};            // sRGB colour: flow lines onto the ground, strokes above
    VkRenderPass overlay = VK_NULL_HANDLE;  // UNORM colour: rects, labels, user interface; blends sRGB values
};

// What passes are made of.
struct PassContext {
    Device& device;
    PipelineSet& pipelines;
    const RenderPasses& render_passes;
    VkSampler linear_sampler, nearest_sampler;  // clamped to the edge
};

struct FrameContext {
    VkCommandBuffer commands = VK_NULL_HANDLE;
    FrameArena& arena;
    Uploads& uploads;
    const DrawList& list;
    uint64_t frame = 0;
    glm::vec2 scene_px{0.0f};    // size of the picture in pixels of the 3D targets
    glm::vec2 picture_px{0.0f};  // size of the whole picture, of which the targets may hold a part
    glm::vec2 output_px{0.0f};   // size of the overlay target
    glm::ivec4 region{0};        // of the overlay target that the picture may touch: x, y, width, height
    float px_scale = 1.0f;       // a design pixel in pixels of the 3D targets
    Quality quality;
    int depth = 0;  // index into RenderPasses' pairs
    gpu::FrameParams params{};
    BufferSlice frame_params;  // the same for shaders
    // Of the 3D targets: where the picture's 0, 0 is, and what its flow lines can touch.
    glm::ivec2 viewport_px{0}, flow_low_px{0}, flow_high_px{0};
};

class Pass {
  public:
    virtual ~Pass() = default;
    virtual const char* name() const = 0;                   // for labels, timings
    virtual bool is_empty(const DrawList& list) const = 0;  // then neither of the following is called
    virtual void prepare(FrameContext&) {}                  // outside render passes: uploads, caches
    virtual void record(FrameContext& frame) = 0;  // inside its render pass; viewport and scissor are set
};

}  // namespace weft
