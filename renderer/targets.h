// The images that a frame is drawn into, and the render passes and framebuffers over them. Remade on a new
// size. Owned by the renderer; its thread only.
#pragma once

#include <vulkan/vulkan.h>

#include "renderer/memory.h"
#include "renderer/pass/pass.h"

namespace weft {

// Render passes keep layouts as they are: the frame list has every barrier.
class RenderPassSet {
  public:
    RenderPassSet(Device& device, VkFormat color_unorm, VkFormat color_srgb);
    ~RenderPassSet();
    RenderPasses handles;

  private:
    Device& device_;
};

constexpr VkFormat sums_format = VK_FORMAT_R16G16B16A16_SFLOAT;
constexpr VkFormat depth_format = VK_FORMAT_D32_SFLOAT;
// 1 - a near 1 keeps more digits as a fixed-point number; not every device blends that one.
VkFormat transmittance_format(const Device& device);

class Targets {
  public:
    Targets(Device& device, const RenderPasses& passes, glm::ivec2 output_px, float scale,
            VkFormat color_unorm, VkFormat color_srgb, bool depth);
    ~Targets();
    Targets(const Targets&) = delete;
    Targets& operator=(const Targets&) = delete;

    glm::ivec2 output_px, scene_px;
    float scale;
    float wanted_scale = 1.0f;  // where memory allows it
    bool has_depth;
    GpuImage output;  // view UNORM, second view sRGB
    GpuImage scaled;  // 3D part where scale is not 1, else empty
    GpuImage sums, transmittances, depth;
    VkFramebuffer ground[2]{}, flow[2]{}, overlay = VK_NULL_HANDLE;
    const GpuImage& scene() const { return scaled ? scaled : output; }

  private:
    VkFramebuffer framebuffer(VkRenderPass pass, std::vector<VkImageView> views, glm::ivec2 size,
                              const char* name);
    Device& device_;
};

}  // namespace weft
