// The Vulkan device: instance, choice, one queue, names, messages of the validation layers, and the list of
// objects that wait until the frame that last used them is over. Owned by the renderer; its thread only
// (messages may come from any).
#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "renderer/memory_meter.h"
#include "renderer/renderer.h"

namespace weft {

constexpr uint32_t frames_in_flight = 2;

class Device {
  public:
    explicit Device(const RendererSettings& settings);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    VkInstance instance = VK_NULL_HANDLE;
    VkSurfaceKHR surface = VK_NULL_HANDLE;  // null: headless
    VkPhysicalDevice physical = VK_NULL_HANDLE;
    VkDevice handle = VK_NULL_HANDLE;
    VkQueue queue = VK_NULL_HANDLE;
    uint32_t queue_family = 0;
    VkPipelineCache pipeline_cache = VK_NULL_HANDLE;
    VkPhysicalDeviceProperties properties{};
    VkPhysicalDeviceMemoryProperties memory{};
    DeviceReport report;
    bool is_cpu = false;  // a software device: memory is one, so nothing is staged
    bool has_timestamps = false;
    bool has_memory_budget = false;  // VK_EXT_memory_budget
    mutable MemoryMeter meter;
    PFN_vkCmdPushDescriptorSetKHR cmd_push_descriptor_set = nullptr;

    // Names for the layers' messages and for frame debuggers.
    void set_name(VkObjectType type, uint64_t object, const std::string& name) const;
    template <typename Handle>
    void set_name(VkObjectType type, Handle object, const std::string& name) const {
        set_name(type, reinterpret_cast<uint64_t>(object), name);
    }
    void begin_label(VkCommandBuffer commands, const char* name) const;
    void end_label(VkCommandBuffer commands) const;

    // `destroy` runs when the frame that is being made now has left the device.
    void retire(std::function<void()> destroy);
    // The fence of the frame that used slot `frame % frames_in_flight` before is signalled.
    void begin_frame(uint64_t frame);
    void wait_idle();

    std::vector<std::string> take_messages();

    // Asks the device what it grants now, unless the settings say it.
    void update_memory_budget();

  private:
    void create_instance(const RendererSettings& settings);
    void choose(const RendererSettings& settings);
    void create_device();
    void destroy();

    std::array<std::vector<std::function<void()>>, frames_in_flight> retired_;
    size_t slot_ = 0;
    uint64_t set_budget_bytes_ = 0;  // by the settings; 0: not
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
    bool has_debug_utils_ = false;
    PFN_vkSetDebugUtilsObjectNameEXT set_object_name_ = nullptr;
    PFN_vkCmdBeginDebugUtilsLabelEXT begin_label_ = nullptr;
    PFN_vkCmdEndDebugUtilsLabelEXT end_label_ = nullptr;
    std::mutex messages_mutex_;
    std::vector<std::string> messages_;
    friend struct MessageSink;
};

// What a device is and every reason why it can't be used. `surface` may be null.
DeviceReport inspect_device(VkPhysicalDevice physical, VkSurfaceKHR surface);
bool has_device_extension(VkPhysicalDevice physical, const char* wanted);

}  // namespace weft
