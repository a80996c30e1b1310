#include "renderer/swapchain.h"

#include <algorithm>
#include <string>

#include "renderer/vulkan_check.h"

namespace weft {
namespace {

std::vector<VkSurfaceFormatKHR> surface_formats(const Device& device) {
    uint32_t count = 0;
    vkGetPhysicalDeviceSurfaceFormatsKHR(device.physical, device.surface, &count, nullptr);
    std::vector<VkSurfaceFormatKHR> formats(count);
    vkGetPhysicalDeviceSurfaceFormatsKHR(device.physical, device.surface, &count, formats.data());
    return formats;
}

// Mailbox never waits for the screen; a software device would draw pictures that nobody sees.
VkPresentModeKHR choose_mode(const Device& device) {
    uint32_t count = 0;
    vkGetPhysicalDeviceSurfacePresentModesKHR(device.physical, device.surface, &count, nullptr);
    std::vector<VkPresentModeKHR> modes(count);
    vkGetPhysicalDeviceSurfacePresentModesKHR(device.physical, device.surface, &count, modes.data());
    const bool mailbox = std::find(modes.begin(), modes.end(), VK_PRESENT_MODE_MAILBOX_KHR) != modes.end();
    return mailbox && !device.is_cpu ? VK_PRESENT_MODE_MAILBOX_KHR : VK_PRESENT_MODE_FIFO_KHR;
}

VkSemaphore create_semaphore(const Device& device, const std::string& name) {
    VkSemaphoreCreateInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
    VkSemaphore semaphore = VK_NULL_HANDLE;
    check(vkCreateSemaphore(device.handle, &info, nullptr, &semaphore), "creating a semaphore");
    device.set_name(VK_OBJECT_TYPE_SEMAPHORE, semaphore, name);
    return semaphore;
}

}  // namespace

VkFormat choose_color_format(const Device& device) {
    if (!device.surface) return VK_FORMAT_R8G8B8A8_UNORM;
    for (const VkSurfaceFormatKHR& offered : surface_formats(device))
        if (offered.format == VK_FORMAT_B8G8R8A8_UNORM || offered.format == VK_FORMAT_R8G8B8A8_UNORM)
            return offered.format;
    throw Error("the window offers no 8-bit format", "without a window: `weft view --output FILE.png`");
}

VkFormat srgb_of(VkFormat unorm) {
    return unorm == VK_FORMAT_B8G8R8A8_UNORM ? VK_FORMAT_B8G8R8A8_SRGB : VK_FORMAT_R8G8B8A8_SRGB;
}

Swapchain::Swapchain(Device& device, VkFormat format) : device_(device), format_(format) {
    for (VkSemaphore& semaphore : acquired_) semaphore = create_semaphore(device, "image acquired");
}

Swapchain::~Swapchain() {
    device_.wait_idle();
    for (VkSemaphore semaphore : rendered_) vkDestroySemaphore(device_.handle, semaphore, nullptr);
    for (VkSemaphore semaphore : acquired_) vkDestroySemaphore(device_.handle, semaphore, nullptr);
    vkDestroySwapchainKHR(device_.handle, handle_, nullptr);
}

bool Swapchain::recreate(glm::ivec2 size) {
    VkSurfaceCapabilitiesKHR caps{};
    const VkResult asked =
        vkGetPhysicalDeviceSurfaceCapabilitiesKHR(device_.physical, device_.surface, &caps);
    if (asked == VK_ERROR_SURFACE_LOST_KHR) return false;
    check(asked, "asking the window for its size");
    VkExtent2D extent = caps.currentExtent;
    if (extent.width == UINT32_MAX)
        extent = {std::clamp(uint32_t(size.x), caps.minImageExtent.width, caps.maxImageExtent.width),
                  std::clamp(uint32_t(size.y), caps.minImageExtent.height, caps.maxImageExtent.height)};
    if (extent.width == 0 || extent.height == 0) return false;
    VkSwapchainCreateInfoKHR info{VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR};
    info.surface = device_.surface;
    info.minImageCount = std::max(caps.minImageCount, 3u);
    if (caps.maxImageCount) info.minImageCount = std::min(info.minImageCount, caps.maxImageCount);
    info.imageFormat = format_;
    info.imageColorSpace = VK_COLOR_SPACE_SRGB_NONLINEAR_KHR;
    info.imageExtent = extent;
    info.imageArrayLayers = 1;
    info.imageUsage = VK_IMAGE_USAGE_TRANSFER_DST_BIT;
    info.preTransform = caps.currentTransform;
    info.compositeAlpha = caps.supportedCompositeAlpha & VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR
                              ? VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR
                              : VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR;
    info.presentMode = choose_mode(device_);
    info.clipped = VK_TRUE;
    info.oldSwapchain = handle_;
    VkSwapchainKHR made = VK_NULL_HANDLE;
    const VkResult result = vkCreateSwapchainKHR(device_.handle, &info, nullptr, &made);
    device_.retire([device = device_.handle, old = handle_, semaphores = rendered_] {
        for (VkSemaphore semaphore : semaphores) vkDestroySemaphore(device, semaphore, nullptr);
        vkDestroySwapchainKHR(device, old, nullptr);
    });
    handle_ = VK_NULL_HANDLE;
    rendered_.clear();
    images_.clear();
    if (result == VK_ERROR_SURFACE_LOST_KHR || result == VK_ERROR_NATIVE_WINDOW_IN_USE_KHR) return false;
    check(result, "creating the swapchain");
    handle_ = made;
    device_.set_name(VK_OBJECT_TYPE_SWAPCHAIN_KHR, handle_, "swapchain");
    extent_ = extent;
    wanted_ = size;
    uint32_t count = 0;
    check(vkGetSwapchainImagesKHR(device_.handle, handle_, &count, nullptr),
          "asking for the window's images");
    images_.resize(count);
    check(vkGetSwapchainImagesKHR(device_.handle, handle_, &count, images_.data()),
          "asking for the window's images");
    for (size_t i = 0; i < images_.size(); ++i) {
        device_.set_name(VK_OBJECT_TYPE_IMAGE, images_[i], "window image " + std::to_string(i));
        rendered_.push_back(create_semaphore(device_, "picture rendered " + std::to_string(i)));
    }
    outdated_ = false;
    return true;
}

bool Swapchain::acquire(uint64_t frame, glm::ivec2 size) {
    slot_ = frame % frames_in_flight;
    for (int attempt = 0; attempt < 2; ++attempt) {
        if ((outdated_ || !handle_ || wanted_ != size) && !recreate(size)) return false;
        const VkResult result = vkAcquireNextImageKHR(device_.handle, handle_, UINT64_MAX, acquired_[slot_],
                                                      VK_NULL_HANDLE, &index_);
        if (result == VK_SUCCESS) return true;
        if (result == VK_SUBOPTIMAL_KHR) {
            outdated_ = true;  // drawn once more; remade at the next frame
            return true;
        }
        outdated_ = true;
        if (result == VK_ERROR_SURFACE_LOST_KHR) return false;
        if (result != VK_ERROR_OUT_OF_DATE_KHR) check(result, "acquiring a window image");
    }
    return false;
}

void Swapchain::present() {
    const VkSemaphore waits = rendered();
    VkPresentInfoKHR info{VK_STRUCTURE_TYPE_PRESENT_INFO_KHR};
    info.waitSemaphoreCount = 1;
    info.pWaitSemaphores = &waits;
    info.swapchainCount = 1;
    info.pSwapchains = &handle_;
    info.pImageIndices = &index_;
    const VkResult result = vkQueuePresentKHR(device_.queue, &info);
    if (result == VK_SUBOPTIMAL_KHR || result == VK_ERROR_OUT_OF_DATE_KHR ||
        result == VK_ERROR_SURFACE_LOST_KHR)
        outdated_ = true;
    else
        check(result, "presenting the picture");
}

}  // namespace weft
