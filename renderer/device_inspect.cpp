#include <optional>
#include <string>

#include "renderer/device.h"

namespace weft {
namespace {

const char* type_name(VkPhysicalDeviceType type) {
    switch (type) {
        case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
            return "discrete";
        case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
            return "integrated";
        case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
            return "virtual";
        case VK_PHYSICAL_DEVICE_TYPE_CPU:
            return "cpu";
        default:
            return "other";
    }
}

void require_format(VkPhysicalDevice physical, VkFormat format, VkFormatFeatureFlags needed, const char* name,
                    std::vector<std::string>& reasons) {
    VkFormatProperties properties{};
    vkGetPhysicalDeviceFormatProperties(physical, format, &properties);
    if ((properties.optimalTilingFeatures & needed) != needed)
        reasons.push_back(std::string("format ") + name + " can't be blended and sampled");
}

bool has_queue(VkPhysicalDevice physical, VkSurfaceKHR surface, bool& presents) {
    uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families.data());
    bool found = false;
    for (uint32_t i = 0; i < count; ++i) {
        constexpr VkQueueFlags needed = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
        if ((families[i].queueFlags & needed) != needed) continue;
        found = true;
        VkBool32 supported = surface == VK_NULL_HANDLE;
        if (surface) vkGetPhysicalDeviceSurfaceSupportKHR(physical, i, surface, &supported);
        presents |= supported == VK_TRUE;
    }
    return found;
}

}  // namespace

bool has_device_extension(VkPhysicalDevice physical, const char* wanted) {
    uint32_t count = 0;
    vkEnumerateDeviceExtensionProperties(physical, nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> all(count);
    vkEnumerateDeviceExtensionProperties(physical, nullptr, &count, all.data());
    for (const auto& extension : all)
        if (std::string(extension.extensionName) == wanted) return true;
    return false;
}

DeviceReport inspect_device(VkPhysicalDevice physical, VkSurfaceKHR surface) {
    VkPhysicalDeviceDriverProperties driver{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &driver};
    vkGetPhysicalDeviceProperties2(physical, &properties);
    const VkPhysicalDeviceProperties& p = properties.properties;
    DeviceReport report;
    report.name = p.deviceName;
    report.driver = std::string(driver.driverName) + " " + driver.driverInfo;
    report.type = type_name(p.deviceType);
    report.api_version = std::to_string(VK_API_VERSION_MAJOR(p.apiVersion)) + "." +
                         std::to_string(VK_API_VERSION_MINOR(p.apiVersion)) + "." +
                         std::to_string(VK_API_VERSION_PATCH(p.apiVersion));
    auto& reasons = report.rejected_because;
    if (p.apiVersion < VK_API_VERSION_1_3) {
        reasons.push_back("Vulkan " + report.api_version + ", needed is 1.3");
    } else {
        VkPhysicalDeviceVulkan13Features v13{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
        VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &v13};
        vkGetPhysicalDeviceFeatures2(physical, &features);
        if (!features.features.independentBlend) reasons.push_back("feature independentBlend is missing");
        if (!v13.maintenance4) reasons.push_back("feature maintenance4 is missing");
        if (!v13.synchronization2) reasons.push_back("feature synchronization2 is missing");
    }
    if (!has_device_extension(physical, VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME))
        reasons.push_back("extension VK_KHR_push_descriptor is missing");
    if (surface && !has_device_extension(physical, VK_KHR_SWAPCHAIN_EXTENSION_NAME))
        reasons.push_back("extension VK_KHR_swapchain is missing");
    bool presents = false;
    if (!has_queue(physical, surface, presents))
        reasons.push_back("no queue with graphics and compute");
    else if (!presents)
        reasons.push_back("no queue presents to this window");
    constexpr VkFormatFeatureFlags target =
        VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BLEND_BIT | VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT;
    require_format(physical, VK_FORMAT_R8G8B8A8_SRGB, target, "R8G8B8A8_SRGB", reasons);
    require_format(physical, VK_FORMAT_R8G8B8A8_UNORM, target, "R8G8B8A8_UNORM", reasons);
    require_format(physical, VK_FORMAT_R16G16B16A16_SFLOAT, target, "R16G16B16A16_SFLOAT", reasons);
    require_format(physical, VK_FORMAT_R16_SFLOAT, target, "R16_SFLOAT", reasons);
    require_format(physical, VK_FORMAT_D32_SFLOAT, VK_FORMAT_FEATURE_DEPTH_STENCIL_ATTACHMENT_BIT,
                   "D32_SFLOAT", reasons);
    return report;
}

}  // namespace weft
