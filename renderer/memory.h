// Buffers and images with their memory, and what carries a frame's small data to the device. Each object has
// a dedicated allocation: there are dozens, not thousands. Destroying one retires it into the current frame.
// Owned by whoever made it; the renderer's thread only.
#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "renderer/device.h"

namespace weft {

enum class MemoryKind {
    device,   // fast for the device; filled by Uploads
    upload,   // mapped, written by the host
    readback  // mapped, read by the host
};

class GpuBuffer {
  public:
    GpuBuffer() = default;
    GpuBuffer(Device& device, VkDeviceSize size_bytes, VkBufferUsageFlags usage, MemoryKind kind,
              const std::string& name);
    ~GpuBuffer();
    GpuBuffer(GpuBuffer&& other) noexcept { *this = std::move(other); }
    GpuBuffer& operator=(GpuBuffer&& other) noexcept;

    VkBuffer handle = VK_NULL_HANDLE;
    VkDeviceSize size_bytes = 0;
    void* mapped = nullptr;  // null for MemoryKind::device
    explicit operator bool() const { return handle != VK_NULL_HANDLE; }

  private:
    Device* device_ = nullptr;
    VkDeviceMemory memory_ = VK_NULL_HANDLE;
    VkDeviceSize taken_bytes_ = 0;  // of the device's own memory
};

struct GpuImageInfo {
    uint32_t width = 1, height = 1;
    VkFormat format = VK_FORMAT_R8G8B8A8_UNORM;
    VkImageUsageFlags usage = 0;
    VkFormat second_view = VK_FORMAT_UNDEFINED;  // of the same bits, e.g. sRGB over UNORM
    bool depth = false;
};

class GpuImage {
  public:
    GpuImage() = default;
    GpuImage(Device& device, const GpuImageInfo& info, const std::string& name);
    ~GpuImage();
    GpuImage(GpuImage&& other) noexcept { *this = std::move(other); }
    GpuImage& operator=(GpuImage&& other) noexcept;

    VkImage handle = VK_NULL_HANDLE;
    VkImageView view = VK_NULL_HANDLE, second_view = VK_NULL_HANDLE;
    uint32_t width = 0, height = 0;
    VkFormat format = VK_FORMAT_UNDEFINED;
    explicit operator bool() const { return handle != VK_NULL_HANDLE; }

  private:
    Device* device_ = nullptr;
    VkDeviceMemory memory_ = VK_NULL_HANDLE;
    VkDeviceSize taken_bytes_ = 0;  // of the device's own memory
};

struct BufferSlice {
    VkBuffer buffer = VK_NULL_HANDLE;
    VkDeviceSize offset = 0, size_bytes = 0;
};

inline BufferSlice whole(const GpuBuffer& buffer) {
    return {buffer.handle, 0, buffer.size_bytes};
}

// Data that lives for one frame: written by the host while the frame is recorded, read by its shaders. Never
// empty slices: an empty span gives 16 readable bytes.
class FrameArena {
  public:
    explicit FrameArena(Device& device) : device_(device) {}
    void begin_frame(uint64_t frame);
    BufferSlice push(std::span<const std::byte> bytes);
    template <typename T>
    BufferSlice push(const std::vector<T>& values) {
        static_assert(std::is_trivially_copyable_v<T>);
        return push(std::as_bytes(std::span(values)));
    }
    template <typename T>
    BufferSlice push_value(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        return push(std::as_bytes(std::span(&value, 1)));
    }

  private:
    Device& device_;
    std::array<std::vector<GpuBuffer>, frames_in_flight> chunks_;
    size_t slot_ = 0, chunk_ = 0;
    VkDeviceSize used_bytes_ = 0;
};

// Copies to device memory that the frame list records, with their barriers, before the frame's render passes.
// Source bytes are taken at once. Ask in Pass::prepare.
class Uploads {
  public:
    // To a buffer of MemoryKind::device that this frame's shaders read.
    void to_buffer(const GpuBuffer& target, std::span<const std::byte> bytes, FrameArena& arena);
    // To a rectangle of an image, tightly packed rows. Afterwards the image is SHADER_READ_ONLY_OPTIMAL;
    // `first`: it was never written, its former content is lost.
    void to_image(const GpuImage& target, VkRect2D area, std::span<const std::byte> bytes, bool first,
                  FrameArena& arena);
    // The same from a buffer that lives and stays as it is until the frame is over.
    void to_image(const GpuImage& target, VkRect2D area, const BufferSlice& source, bool first) {
        images_.push_back({source, target.handle, area, first});
    }
    void record(VkCommandBuffer commands);  // by the frame list only
    bool empty() const { return buffers_.empty() && images_.empty(); }

  private:
    struct ToBuffer {
        BufferSlice source;
        VkBuffer target;
    };
    struct ToImage {
        BufferSlice source;
        VkImage target;
        VkRect2D area;
        bool first;
    };
    std::vector<ToBuffer> buffers_;
    std::vector<ToImage> images_;
};

}  // namespace weft
