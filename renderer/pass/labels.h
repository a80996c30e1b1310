// Draws labels pixel for pixel into a render pass that is being recorded: text with its halo, colour
// pictures, pills. Owned by the renderer; main thread only.
//
// All memory that it draws from is host-visible and written before the submit that reads it, so drawing needs
// no copy and no barrier and may happen anywhere inside the overlay pass, also in callbacks of the user
// interface. What is replaced is destroyed when the frames that may use it have finished.
#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <glm/glm.hpp>
#include <memory>
#include <span>

#include "renderer/draw_list.h"

namespace weft {

class LabelsPass {
  public:
    struct Setup {
        VkPhysicalDevice physical_device = VK_NULL_HANDLE;
        VkDevice device = VK_NULL_HANDLE;
        VkPipelineCache pipeline_cache = VK_NULL_HANDLE;
        VkRenderPass render_pass =
            VK_NULL_HANDLE;  // one colour target, one sample, 8 bits without sRGB conversion
        std::span<const uint32_t> vertex_spirv, fragment_spirv;
        uint32_t frames_in_flight = 2;
    };
    explicit LabelsPass(const Setup& setup);
    ~LabelsPass();
    LabelsPass(const LabelsPass&) = delete;
    LabelsPass& operator=(const LabelsPass&) = delete;

    // Once a frame, after the fence of the frame that is `frames_in_flight` back.
    void begin_frame();

    // Sets pipeline, viewport and scissor. `clip` is x, y, width, height in px. Labels that equal those of
    // the same call of the last frame cost a hash.
    void record(VkCommandBuffer commands, std::span<const Label> labels, glm::ivec2 picture_size,
                glm::ivec4 clip);

    // Good as long as the pass.
    MeasureText measure();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft
