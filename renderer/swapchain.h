// The window's images. The finished picture is copied into one of them; rendering itself never sees them.
// Owned by the renderer; its thread only.
#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <vector>

#include "renderer/device.h"

namespace weft {

// The surface's 8-bit format, so that presenting is a plain copy; RGBA without a surface.
VkFormat choose_color_format(const Device& device);
VkFormat srgb_of(VkFormat unorm);

class Swapchain {
  public:
    Swapchain(Device& device, VkFormat format);
    ~Swapchain();
    Swapchain(const Swapchain&) = delete;
    Swapchain& operator=(const Swapchain&) = delete;

    // An image for this frame, or false: nothing can be presented now (minimised, or it was just remade).
    bool acquire(uint64_t frame, glm::ivec2 size);
    // The old images are of no use: made again at the next acquire().
    void mark_outdated() { outdated_ = true; }
    VkImage image() const { return images_[index_]; }
    VkExtent2D extent() const { return extent_; }
    VkFormat format() const { return format_; }
    VkSemaphore acquired() const { return acquired_[slot_]; }
    VkSemaphore rendered() const { return rendered_[index_]; }
    void present();

  private:
    bool recreate(glm::ivec2 size);

    Device& device_;
    VkFormat format_;
    VkSwapchainKHR handle_ = VK_NULL_HANDLE;
    VkExtent2D extent_{};
    glm::ivec2 wanted_{0};
    std::vector<VkImage> images_;
    std::vector<VkSemaphore> rendered_;
    std::array<VkSemaphore, frames_in_flight> acquired_{};
    size_t slot_ = 0;
    uint32_t index_ = 0;
    bool outdated_ = true;
};

}  // namespace weft
