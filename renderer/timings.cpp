#include "renderer/timings.h"

#include "renderer/vulkan_check.h"

namespace weft {
namespace {
constexpr uint32_t most_passes = 32;
}

Timings::Timings(Device& device) : device_(device) {
    VkQueryPoolCreateInfo info{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
    info.queryType = VK_QUERY_TYPE_TIMESTAMP;
    info.queryCount = 2 * most_passes;
    for (Slot& slot : slots_) {
        if (!device_.has_timestamps) continue;
        check(vkCreateQueryPool(device_.handle, &info, nullptr, &slot.pool), "creating a query pool");
        device_.set_name(VK_OBJECT_TYPE_QUERY_POOL, slot.pool, "pass timings");
    }
}

Timings::~Timings() {
    for (const Slot& slot : slots_) vkDestroyQueryPool(device_.handle, slot.pool, nullptr);
}

void Timings::begin_frame(VkCommandBuffer commands, uint64_t frame) {
    slot_ = &slots_[frame % frames_in_flight];
    commands_ = commands;
    if (!slot_->passes.empty()) {
        const auto count = static_cast<uint32_t>(2 * slot_->passes.size());
        std::vector<uint64_t> ticks(count);
        if (slot_->pool &&
            vkGetQueryPoolResults(device_.handle, slot_->pool, 0, count, count * sizeof(uint64_t),
                                  ticks.data(), sizeof(uint64_t), VK_QUERY_RESULT_64_BIT) == VK_SUCCESS)
            for (size_t i = 0; i < slot_->passes.size(); ++i)
                slot_->passes[i].gpu_ms = static_cast<double>(ticks[2 * i + 1] - ticks[2 * i]) *
                                          static_cast<double>(device_.properties.limits.timestampPeriod) *
                                          1e-6;
        last_ = std::move(slot_->passes);
    }
    slot_->passes.clear();
    if (slot_->pool) vkCmdResetQueryPool(commands_, slot_->pool, 0, 2 * most_passes);
}

void Timings::begin(const char* name) {
    WEFT_ASSERT(slot_->passes.size() < most_passes, name);
    device_.begin_label(commands_, name);
    const auto query = static_cast<uint32_t>(2 * slot_->passes.size());
    if (slot_->pool)
        vkCmdWriteTimestamp2(commands_, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, slot_->pool, query);
    slot_->passes.push_back({name, 0.0, 0.0});
    began_ = Clock::now();
}

void Timings::end() {
    slot_->passes.back().cpu_ms = std::chrono::duration<double, std::milli>(Clock::now() - began_).count();
    const auto query = static_cast<uint32_t>(2 * slot_->passes.size() - 1);
    if (slot_->pool)
        vkCmdWriteTimestamp2(commands_, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, slot_->pool, query);
    device_.end_label(commands_);
}

}  // namespace weft
