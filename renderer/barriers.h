// The two shapes of barrier that a frame needs. Called from the frame list and from Uploads, which it
// records.
#pragma once

#include <vulkan/vulkan.h>

namespace weft {

struct ImageUse {
    VkImageLayout layout;
    VkPipelineStageFlags2 stages;
    VkAccessFlags2 access;
};

inline void image_barrier(VkCommandBuffer commands, VkImage image, const ImageUse& before,
                          const ImageUse& after, VkImageAspectFlags aspect = VK_IMAGE_ASPECT_COLOR_BIT) {
    VkImageMemoryBarrier2 barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2};
    barrier.srcStageMask = before.stages;
    barrier.srcAccessMask = before.access;
    barrier.dstStageMask = after.stages;
    barrier.dstAccessMask = after.access;
    barrier.oldLayout = before.layout;
    barrier.newLayout = after.layout;
    barrier.srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    barrier.image = image;
    barrier.subresourceRange = {aspect, 0, 1, 0, 1};
    VkDependencyInfo info{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
    info.imageMemoryBarrierCount = 1;
    info.pImageMemoryBarriers = &barrier;
    vkCmdPipelineBarrier2(commands, &info);
}

inline void memory_barrier(VkCommandBuffer commands, VkPipelineStageFlags2 stages_before,
                           VkAccessFlags2 access_before, VkPipelineStageFlags2 stages_after,
                           VkAccessFlags2 access_after) {
    VkMemoryBarrier2 barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER_2};
    barrier.srcStageMask = stages_before;
    barrier.srcAccessMask = access_before;
    barrier.dstStageMask = stages_after;
    barrier.dstAccessMask = access_after;
    VkDependencyInfo info{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
    info.memoryBarrierCount = 1;
    info.pMemoryBarriers = &barrier;
    vkCmdPipelineBarrier2(commands, &info);
}

}  // namespace weft
