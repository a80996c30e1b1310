// The layers must be awake, or their silence proves nothing: here is a missing barrier that they have to
// report.
#include "picture.h"
#include "renderer/barriers.h"
#include "renderer/frame_list.h"
#include "renderer/vulkan_check.h"

using namespace weft;

namespace {

std::vector<std::string> messages_of_two_copies(bool with_barrier) {
    RendererSettings settings;
    settings.validation = true;
    Device device(settings);
    GpuBuffer a(device, 256, VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                MemoryKind::device, "a");
    GpuBuffer b(device, 256, VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                MemoryKind::device, "b");
    VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool_info.queueFamilyIndex = device.queue_family;
    VkCommandPool pool = VK_NULL_HANDLE;
    check(vkCreateCommandPool(device.handle, &pool_info, nullptr, &pool), "creating a command pool");
    VkCommandBufferAllocateInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    info.commandPool = pool;
    info.commandBufferCount = 1;
    VkCommandBuffer commands = VK_NULL_HANDLE;
    check(vkAllocateCommandBuffers(device.handle, &info, &commands), "allocating a command buffer");
    VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    check(vkBeginCommandBuffer(commands, &begin), "beginning a command buffer");
    const VkBufferCopy all{0, 0, 256};
    vkCmdFillBuffer(commands, a.handle, 0, 256, 7);
    if (with_barrier)
        memory_barrier(commands, VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                       VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT);
    vkCmdCopyBuffer(commands, a.handle, b.handle, 1, &all);
    check(vkEndCommandBuffer(commands), "ending a command buffer");
    vkDestroyCommandPool(device.handle, pool, nullptr);
    return device.take_messages();
}

}  // namespace

TEST_CASE("synchronisation validation reports a barrier that is missing, and only then") {
    const auto planted = messages_of_two_copies(false);
    REQUIRE_FALSE(planted.empty());
    CHECK_THAT(planted[0], Catch::Matchers::Contains("SYNC-HAZARD-READ-AFTER-WRITE") ||
                               Catch::Matchers::Contains("READ_AFTER_WRITE"));
    CHECK(messages_of_two_copies(true).empty());
}
