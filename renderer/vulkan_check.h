// A failed Vulkan call is an error of the world: memory is gone or the device is lost.
#pragma once

#include <vulkan/vulkan.h>

#include <string>

#include "analysis/error.h"

namespace weft {

inline const char* result_name(VkResult result) {
    switch (result) {
        case VK_ERROR_OUT_OF_HOST_MEMORY:
            return "out of host memory";
        case VK_ERROR_OUT_OF_DEVICE_MEMORY:
            return "out of device memory";
        case VK_ERROR_DEVICE_LOST:
            return "device lost";
        case VK_ERROR_INITIALIZATION_FAILED:
            return "initialization failed";
        case VK_ERROR_SURFACE_LOST_KHR:
            return "surface lost";
        case VK_ERROR_LAYER_NOT_PRESENT:
            return "layer not present";
        case VK_ERROR_EXTENSION_NOT_PRESENT:
            return "extension not present";
        case VK_ERROR_INCOMPATIBLE_DRIVER:
            return "incompatible driver";
        default:
            return "unexpected result";
    }
}

inline void check(VkResult result, const char* what) {
    if (result >= 0) return;
    throw Error(
        std::string(what) + " failed: \"" + result_name(result) + "\" (" + std::to_string(result) + ")",
        "`weft doctor` lists the devices; another one is chosen with its name");
}

}  // namespace weft
