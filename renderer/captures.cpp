#include "renderer/captures.h"

#include <algorithm>
#include <cstring>

#include "renderer/barriers.h"

namespace weft {

bool Captures::wants(bool without_ui) const {
    return std::any_of(requests_.begin(), requests_.end(),
                       [&](const Request& request) { return request.without_ui == without_ui; });
}

void Captures::record(VkCommandBuffer commands, const GpuImage& image, uint64_t frame, bool without_ui) {
    Flying flying{frame, image.width, image.height, {}, {}};
    for (Request& request : requests_)
        if (request.without_ui == without_ui) flying.done.push_back(std::move(request.done));
    std::erase_if(requests_, [&](const Request& request) { return request.without_ui == without_ui; });
    const VkDeviceSize size = VkDeviceSize(image.width) * image.height * 4;
    std::erase_if(spare_, [&](const GpuBuffer& buffer) { return buffer.size_bytes != size; });
    if (spare_.empty()) {
        flying.buffer = GpuBuffer(device_, size, VK_BUFFER_USAGE_TRANSFER_DST_BIT, MemoryKind::readback,
                                  "captured picture");
    } else {
        flying.buffer = std::move(spare_.back());
        spare_.pop_back();
    }
    VkBufferImageCopy region{};
    region.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    region.imageExtent = {image.width, image.height, 1};
    vkCmdCopyImageToBuffer(commands, image.handle, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, flying.buffer.handle,
                           1, &region);
    memory_barrier(commands, VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                   VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT);
    flying_.push_back(std::move(flying));
}

void Captures::deliver(uint64_t finished_frame) {
    while (!flying_.empty() && flying_.front().frame <= finished_frame) {
        Flying flying = std::move(flying_.front());
        flying_.pop_front();
        CapturedImage picture{flying.frame, flying.width, flying.height, {}};
        const auto* bytes = static_cast<const uint8_t*>(flying.buffer.mapped);
        picture.rgba.assign(bytes, bytes + flying.buffer.size_bytes);
        if (swap_red_and_blue_)
            for (size_t i = 0; i < picture.rgba.size(); i += 4)
                std::swap(picture.rgba[i], picture.rgba[i + 2]);
        spare_.push_back(std::move(flying.buffer));
        for (size_t i = 0; i + 1 < flying.done.size(); ++i) flying.done[i](CapturedImage(picture));
        flying.done.back()(std::move(picture));
    }
}

}  // namespace weft
