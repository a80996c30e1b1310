#include "renderer/device.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "renderer/vulkan_check.h"

namespace weft {

struct MessageSink {
    static VKAPI_ATTR VkBool32 VKAPI_CALL receive(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                                  VkDebugUtilsMessageTypeFlagsEXT,
                                                  const VkDebugUtilsMessengerCallbackDataEXT* data,
                                                  void* user) {
        auto* device = static_cast<Device*>(user);
        const std::lock_guard lock(device->messages_mutex_);
        device->messages_.emplace_back(data->pMessage);
        return VK_FALSE;
    }
};

namespace {

constexpr const char* validation_layer = "VK_LAYER_KHRONOS_validation";
constexpr double budget_share = 0.8;  // of a device's memory, where it does not say what it grants

bool has_layer(const char* wanted) {
    uint32_t count = 0;
    vkEnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> layers(count);
    vkEnumerateInstanceLayerProperties(&count, layers.data());
    return std::any_of(layers.begin(), layers.end(), [&](const VkLayerProperties& layer) {
        return std::strcmp(layer.layerName, wanted) == 0;
    });
}

bool has_instance_extension(const char* wanted) {
    uint32_t count = 0;
    vkEnumerateInstanceExtensionProperties(nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> all(count);
    vkEnumerateInstanceExtensionProperties(nullptr, &count, all.data());
    return std::any_of(all.begin(), all.end(), [&](const VkExtensionProperties& extension) {
        return std::strcmp(extension.extensionName, wanted) == 0;
    });
}

int rank(const std::string& type) {
    if (type == "discrete") return 0;
    if (type == "integrated") return 1;
    if (type == "virtual") return 2;
    return type == "cpu" ? 3 : 4;
}

VkApplicationInfo application_info() {
    VkApplicationInfo info{VK_STRUCTURE_TYPE_APPLICATION_INFO};
    info.pApplicationName = "Weft";
    info.apiVersion = VK_API_VERSION_1_3;
    return info;
}

std::vector<VkPhysicalDevice> list_physical(VkInstance instance) {
    uint32_t count = 0;
    vkEnumeratePhysicalDevices(instance, &count, nullptr);
    std::vector<VkPhysicalDevice> devices(count);
    vkEnumeratePhysicalDevices(instance, &count, devices.data());
    devices.resize(count);
    return devices;
}

}  // namespace

std::vector<DeviceReport> Renderer::devices() {
    const VkApplicationInfo application = application_info();
    VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    info.pApplicationInfo = &application;
    VkInstance instance = VK_NULL_HANDLE;
    if (vkCreateInstance(&info, nullptr, &instance) != VK_SUCCESS) return {};
    std::vector<DeviceReport> reports;
    for (VkPhysicalDevice physical : list_physical(instance))
        reports.push_back(inspect_device(physical, VK_NULL_HANDLE));
    vkDestroyInstance(instance, nullptr);
    return reports;
}

Device::Device(const RendererSettings& settings) {
    try {
        create_instance(settings);
        if (settings.surface.create_surface) {
            surface = static_cast<VkSurfaceKHR>(settings.surface.create_surface(instance));
            if (!surface)
                throw Error("the window gives no Vulkan surface",
                            "without a window: `weft view --output FILE.png`");
        }
        choose(settings);
        create_device();
    } catch (...) {
        destroy();
        throw;
    }
}

Device::~Device() {
    destroy();
}

void Device::destroy() {
    if (handle) {
        wait_idle();
        vkDestroyPipelineCache(handle, pipeline_cache, nullptr);
        vkDestroyDevice(handle, nullptr);
        handle = VK_NULL_HANDLE;
    }
    if (surface) vkDestroySurfaceKHR(instance, surface, nullptr);
    surface = VK_NULL_HANDLE;
    if (messenger_) {
        const auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
            vkGetInstanceProcAddr(instance, "vkDestroyDebugUtilsMessengerEXT"));
        destroy(instance, messenger_, nullptr);
        messenger_ = VK_NULL_HANDLE;
    }
    if (instance) vkDestroyInstance(instance, nullptr);
    instance = VK_NULL_HANDLE;
}

void Device::create_instance(const RendererSettings& settings) {
    std::vector<const char*> extensions = settings.surface.extensions;
    std::vector<const char*> layers;
    has_debug_utils_ = has_instance_extension(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    if (has_debug_utils_) extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    constexpr VkValidationFeatureEnableEXT enabled =
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    VkValidationFeaturesEXT features{VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT};
    features.enabledValidationFeatureCount = 1;
    features.pEnabledValidationFeatures = &enabled;
    VkDebugUtilsMessengerCreateInfoEXT messenger{VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
    messenger.messageSeverity =
        VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT;
    messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
    messenger.pfnUserCallback = MessageSink::receive;
    messenger.pUserData = this;
    const VkApplicationInfo application = application_info();
    VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    info.pApplicationInfo = &application;
    if (settings.validation) {
        if (!has_layer(validation_layer) || !has_debug_utils_)
            throw Error(std::string("validation was asked for, but the layer \"") + validation_layer +
                            "\" is missing",
                        "install vulkan-validationlayers");
        layers.push_back(validation_layer);
        features.pNext = &messenger;
        info.pNext = &features;
    }
    info.enabledLayerCount = static_cast<uint32_t>(layers.size());
    info.ppEnabledLayerNames = layers.data();
    info.enabledExtensionCount = static_cast<uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();
    check(vkCreateInstance(&info, nullptr, &instance), "creating the Vulkan instance");
    if (!settings.validation) return;
    const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(instance, "vkCreateDebugUtilsMessengerEXT"));
    check(create(instance, &messenger, nullptr, &messenger_), "creating the validation messenger");
}

void Device::choose(const RendererSettings& settings) {
    std::string reasons;
    for (VkPhysicalDevice candidate : list_physical(instance)) {
        DeviceReport found = inspect_device(candidate, surface);
        if (found.name.find(settings.device_name) == std::string::npos)
            found.rejected_because.push_back("its name has no \"" + settings.device_name + "\"");
        for (const std::string& reason : found.rejected_because)
            reasons += "\n  " + found.name + ": " + reason;
        if (!found.rejected_because.empty()) continue;
        if (physical && rank(report.type) <= rank(found.type)) continue;
        physical = candidate;
        report = std::move(found);
    }
    if (!physical)
        throw Error(
            "no usable Vulkan device" + (reasons.empty() ? std::string(": the loader lists none") : reasons),
            "install mesa-vulkan-drivers (it has a software device) or the driver of your GPU; "
            "`weft doctor` lists all devices");
    vkGetPhysicalDeviceProperties(physical, &properties);
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    is_cpu = properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
    set_budget_bytes_ = settings.memory_budget_bytes;
}

void Device::create_device() {
    uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families.data());
    for (uint32_t i = count; i-- > 0;) {
        constexpr VkQueueFlags needed = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
        VkBool32 presents = VK_TRUE;
        if (surface) vkGetPhysicalDeviceSurfaceSupportKHR(physical, i, surface, &presents);
        if ((families[i].queueFlags & needed) == needed && presents) queue_family = i;
    }
    has_timestamps =
        families[queue_family].timestampValidBits > 0 && properties.limits.timestampPeriod > 0.0f;

    constexpr float priority = 1.0f;
    VkDeviceQueueCreateInfo queue_info{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
    queue_info.queueFamilyIndex = queue_family;
    queue_info.queueCount = 1;
    queue_info.pQueuePriorities = &priority;
    std::vector<const char*> extensions{VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME};
    if (surface) extensions.push_back(VK_KHR_SWAPCHAIN_EXTENSION_NAME);
    has_memory_budget = has_device_extension(physical, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    if (has_memory_budget) extensions.push_back(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    VkPhysicalDeviceVulkan13Features v13{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
    v13.maintenance4 = VK_TRUE;
    v13.synchronization2 = VK_TRUE;
    VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &v13};
    features.features.independentBlend = VK_TRUE;
    VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, &features};
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue_info;
    info.enabledExtensionCount = static_cast<uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();
    check(vkCreateDevice(physical, &info, nullptr, &handle), "creating the Vulkan device");
    vkGetDeviceQueue(handle, queue_family, 0, &queue);
    cmd_push_descriptor_set = reinterpret_cast<PFN_vkCmdPushDescriptorSetKHR>(
        vkGetDeviceProcAddr(handle, "vkCmdPushDescriptorSetKHR"));
    if (has_debug_utils_) {
        set_object_name_ = reinterpret_cast<PFN_vkSetDebugUtilsObjectNameEXT>(
            vkGetDeviceProcAddr(handle, "vkSetDebugUtilsObjectNameEXT"));
        begin_label_ = reinterpret_cast<PFN_vkCmdBeginDebugUtilsLabelEXT>(
            vkGetDeviceProcAddr(handle, "vkCmdBeginDebugUtilsLabelEXT"));
        end_label_ = reinterpret_cast<PFN_vkCmdEndDebugUtilsLabelEXT>(
            vkGetDeviceProcAddr(handle, "vkCmdEndDebugUtilsLabelEXT"));
    }
    VkPipelineCacheCreateInfo cache{VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
    check(vkCreatePipelineCache(handle, &cache, nullptr, &pipeline_cache), "creating the pipeline cache");
    update_memory_budget();
    set_name(VK_OBJECT_TYPE_QUEUE, queue, "queue");
    set_name(VK_OBJECT_TYPE_PIPELINE_CACHE, pipeline_cache, "pipeline cache");
}

void Device::set_name(VkObjectType type, uint64_t object, const std::string& name) const {
    if (!set_object_name_) return;
    VkDebugUtilsObjectNameInfoEXT info{VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT};
    info.objectType = type;
    info.objectHandle = object;
    info.pObjectName = name.c_str();
    set_object_name_(handle, &info);
}

void Device::begin_label(VkCommandBuffer commands, const char* name) const {
    if (!begin_label_) return;
    VkDebugUtilsLabelEXT label{VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT};
    label.pLabelName = name;
    begin_label_(commands, &label);
}

void Device::end_label(VkCommandBuffer commands) const {
    if (end_label_) end_label_(commands);
}

void Device::retire(std::function<void()> destroy) {
    retired_[slot_].push_back(std::move(destroy));
}

void Device::update_memory_budget() {
    if (set_budget_bytes_ > 0) return meter.set_budget(set_budget_bytes_);
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 asked{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
                                            has_memory_budget ? &budget : nullptr};
    vkGetPhysicalDeviceMemoryProperties2(physical, &asked);
    uint64_t granted = 0;
    for (uint32_t heap = 0; heap < memory.memoryHeapCount; ++heap) {
        if (!(memory.memoryHeaps[heap].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)) continue;
        const uint64_t own =
            has_memory_budget ? budget.heapBudget[heap]
                              : static_cast<uint64_t>(budget_share * double(memory.memoryHeaps[heap].size));
        granted = std::max(granted, own);
    }
    meter.set_budget(granted);
}

void Device::begin_frame(uint64_t frame) {
    slot_ = frame % frames_in_flight;
    const auto finished = std::move(retired_[slot_]);
    retired_[slot_].clear();
    for (const auto& destroy : finished) destroy();
}

void Device::wait_idle() {
    vkDeviceWaitIdle(handle);
    for (auto& list : retired_) {
        const auto finished = std::move(list);
        list.clear();
        for (const auto& destroy : finished) destroy();
    }
}

std::vector<std::string> Device::take_messages() {
    const std::lock_guard lock(messages_mutex_);
    return std::exchange(messages_, {});
}

}  // namespace weft
