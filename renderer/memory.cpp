#include "renderer/memory.h"

#include <cstring>
#include <utility>

#include "renderer/barriers.h"
#include "renderer/vulkan_check.h"

namespace weft {
namespace {

uint32_t memory_type(const Device& device, uint32_t allowed, VkMemoryPropertyFlags wanted) {
    for (uint32_t i = 0; i < device.memory.memoryTypeCount; ++i)
        if ((allowed >> i & 1u) && (device.memory.memoryTypes[i].propertyFlags & wanted) == wanted) return i;
    return UINT32_MAX;
}

// `taken_bytes`: what the budget counts.
VkDeviceMemory allocate(const Device& device, const VkMemoryRequirements& needs, MemoryKind kind,
                        const std::string& name, VkDeviceSize& taken_bytes) {
    constexpr VkMemoryPropertyFlags mapped =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    VkMemoryPropertyFlags best = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, least = 0;
    if (kind == MemoryKind::upload) best = mapped | VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, least = mapped;
    if (kind == MemoryKind::readback) best = mapped | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, least = mapped;
    uint32_t type = memory_type(device, needs.memoryTypeBits, best);
    if (type == UINT32_MAX) type = memory_type(device, needs.memoryTypeBits, least);
    VkMemoryAllocateInfo info{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    info.allocationSize = needs.size;
    info.memoryTypeIndex = type;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    const std::string what = "allocating " + std::to_string(needs.size) + " bytes for \"" + name + "\"";
    check(vkAllocateMemory(device.handle, &info, nullptr, &memory), what.c_str());
    device.set_name(VK_OBJECT_TYPE_DEVICE_MEMORY, memory, name);
    const uint32_t heap = device.memory.memoryTypes[type].heapIndex;
    if (device.memory.memoryHeaps[heap].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) taken_bytes = needs.size;
    device.meter.take(taken_bytes);
    return memory;
}

VkImageView create_view(const Device& device, VkImage image, VkFormat format, bool depth,
                        const std::string& name) {
    VkImageViewCreateInfo info{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
    info.image = image;
    info.viewType = VK_IMAGE_VIEW_TYPE_2D;
    info.format = format;
    info.subresourceRange = {
        VkImageAspectFlags(depth ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT), 0, 1, 0, 1};
    VkImageView view = VK_NULL_HANDLE;
    check(vkCreateImageView(device.handle, &info, nullptr, &view), "creating an image view");
    device.set_name(VK_OBJECT_TYPE_IMAGE_VIEW, view, name);
    return view;
}

}  // namespace

GpuBuffer::GpuBuffer(Device& device, VkDeviceSize size, VkBufferUsageFlags usage, MemoryKind kind,
                     const std::string& name)
    : size_bytes(size), device_(&device) {
    VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
    info.size = size;
    info.usage = usage;
    check(vkCreateBuffer(device.handle, &info, nullptr, &handle), "creating a buffer");
    device.set_name(VK_OBJECT_TYPE_BUFFER, handle, name);
    VkMemoryRequirements needs{};
    vkGetBufferMemoryRequirements(device.handle, handle, &needs);
    memory_ = allocate(device, needs, kind, name, taken_bytes_);
    check(vkBindBufferMemory(device.handle, handle, memory_, 0), "binding buffer memory");
    if (kind == MemoryKind::device) return;
    check(vkMapMemory(device.handle, memory_, 0, VK_WHOLE_SIZE, 0, &mapped), "mapping a buffer");
}

GpuBuffer& GpuBuffer::operator=(GpuBuffer&& other) noexcept {
    std::swap(handle, other.handle);
    std::swap(size_bytes, other.size_bytes);
    std::swap(mapped, other.mapped);
    std::swap(device_, other.device_);
    std::swap(memory_, other.memory_);
    std::swap(taken_bytes_, other.taken_bytes_);
    return *this;
}

GpuBuffer::~GpuBuffer() {
    if (!handle) return;
    device_->retire([device = device_, buffer = handle, memory = memory_, taken = taken_bytes_] {
        vkDestroyBuffer(device->handle, buffer, nullptr);
        vkFreeMemory(device->handle, memory, nullptr);
        device->meter.give(taken);
    });
}

GpuImage::GpuImage(Device& device, const GpuImageInfo& image, const std::string& name)
    : width(image.width), height(image.height), format(image.format), device_(&device) {
    const VkFormat formats[]{image.format, image.second_view};
    VkImageFormatListCreateInfo list{VK_STRUCTURE_TYPE_IMAGE_FORMAT_LIST_CREATE_INFO};
    list.viewFormatCount = 2;
    list.pViewFormats = formats;
    VkImageCreateInfo info{VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO};
    if (image.second_view != VK_FORMAT_UNDEFINED) {
        info.pNext = &list;
        info.flags = VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT;
    }
    info.imageType = VK_IMAGE_TYPE_2D;
    info.format = image.format;
    info.extent = {image.width, image.height, 1};
    info.mipLevels = 1;
    info.arrayLayers = 1;
    info.samples = VK_SAMPLE_COUNT_1_BIT;
    info.tiling = VK_IMAGE_TILING_OPTIMAL;
    info.usage = image.usage;
    check(vkCreateImage(device.handle, &info, nullptr, &handle), "creating an image");
    device.set_name(VK_OBJECT_TYPE_IMAGE, handle, name);
    VkMemoryRequirements needs{};
    vkGetImageMemoryRequirements(device.handle, handle, &needs);
    memory_ = allocate(device, needs, MemoryKind::device, name, taken_bytes_);
    check(vkBindImageMemory(device.handle, handle, memory_, 0), "binding image memory");
    view = create_view(device, handle, image.format, image.depth, name);
    if (image.second_view != VK_FORMAT_UNDEFINED)
        second_view = create_view(device, handle, image.second_view, image.depth, name + ", second view");
}

GpuImage& GpuImage::operator=(GpuImage&& other) noexcept {
    std::swap(handle, other.handle);
    std::swap(view, other.view);
    std::swap(second_view, other.second_view);
    std::swap(width, other.width);
    std::swap(height, other.height);
    std::swap(format, other.format);
    std::swap(device_, other.device_);
    std::swap(memory_, other.memory_);
    std::swap(taken_bytes_, other.taken_bytes_);
    return *this;
}

GpuImage::~GpuImage() {
    if (!handle) return;
    device_->retire([device = device_, image = handle, first = view, second = second_view, memory = memory_,
                     taken = taken_bytes_] {
        vkDestroyImageView(device->handle, first, nullptr);
        vkDestroyImageView(device->handle, second, nullptr);
        vkDestroyImage(device->handle, image, nullptr);
        vkFreeMemory(device->handle, memory, nullptr);
        device->meter.give(taken);
    });
}

namespace {
constexpr VkDeviceSize chunk_bytes = 1u << 20;
}

// What was needed once for a large upload is not kept.
void FrameArena::begin_frame(uint64_t frame) {
    slot_ = frame % frames_in_flight;
    std::erase_if(chunks_[slot_], [](const GpuBuffer& chunk) { return chunk.size_bytes > chunk_bytes; });
    chunk_ = 0;
    used_bytes_ = 0;
}

BufferSlice FrameArena::push(std::span<const std::byte> bytes) {
    constexpr VkDeviceSize alignment = 256;  // the greatest offset alignment that Vulkan allows
    const VkDeviceSize size = bytes.empty() ? 16 : bytes.size();
    auto& chunks = chunks_[slot_];
    while (chunk_ < chunks.size() && used_bytes_ + size > chunks[chunk_].size_bytes) {
        ++chunk_;
        used_bytes_ = 0;
    }
    if (chunk_ == chunks.size())
        chunks.emplace_back(device_, std::max(chunk_bytes, size),
                            VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                                VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
                            MemoryKind::upload, "frame arena");
    const BufferSlice slice{chunks[chunk_].handle, used_bytes_, size};
    if (!bytes.empty())
        std::memcpy(static_cast<std::byte*>(chunks[chunk_].mapped) + used_bytes_, bytes.data(), bytes.size());
    used_bytes_ = (used_bytes_ + size + alignment - 1) / alignment * alignment;
    return slice;
}

void Uploads::to_buffer(const GpuBuffer& target, std::span<const std::byte> bytes, FrameArena& arena) {
    buffers_.push_back({arena.push(bytes), target.handle});
}

void Uploads::to_image(const GpuImage& target, VkRect2D area, std::span<const std::byte> bytes, bool first,
                       FrameArena& arena) {
    images_.push_back({arena.push(bytes), target.handle, area, first});
}

void Uploads::record(VkCommandBuffer commands) {
    for (const ToImage& copy : images_) {
        image_barrier(commands, copy.target,
                      {copy.first ? VK_IMAGE_LAYOUT_UNDEFINED : VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
                       VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, 0},
                      {VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_PIPELINE_STAGE_2_COPY_BIT,
                       VK_ACCESS_2_TRANSFER_WRITE_BIT});
        VkBufferImageCopy region{};
        region.bufferOffset = copy.source.offset;
        region.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
        region.imageOffset = {copy.area.offset.x, copy.area.offset.y, 0};
        region.imageExtent = {copy.area.extent.width, copy.area.extent.height, 1};
        vkCmdCopyBufferToImage(commands, copy.source.buffer, copy.target,
                               VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
        image_barrier(commands, copy.target,
                      {VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_PIPELINE_STAGE_2_COPY_BIT,
                       VK_ACCESS_2_TRANSFER_WRITE_BIT},
                      {VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT,
                       VK_ACCESS_2_SHADER_SAMPLED_READ_BIT});
    }
    for (const ToBuffer& copy : buffers_) {
        const VkBufferCopy region{copy.source.offset, 0, copy.source.size_bytes};
        vkCmdCopyBuffer(commands, copy.source.buffer, copy.target, 1, &region);
    }
    if (!buffers_.empty())
        memory_barrier(commands, VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                       VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_INDEX_INPUT_BIT |
                           VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT,
                       VK_ACCESS_2_SHADER_STORAGE_READ_BIT | VK_ACCESS_2_INDEX_READ_BIT);
    buffers_.clear();
    images_.clear();
}

}  // namespace weft
