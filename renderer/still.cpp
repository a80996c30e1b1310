// Pictures of any size, and what targets cost of the device's memory.
#include <algorithm>
#include <cstring>

#include "analysis/error.h"
#include "renderer/frame_list.h"

namespace weft {
namespace {

constexpr uint64_t mib = 1024 * 1024;
constexpr uint64_t output_px_bytes = 4, flow_px_bytes = 8 + 2, depth_px_bytes = 4;  // per pixel
constexpr int least_tile_px = 64;
// What frames take beside their targets: more where none was drawn yet.
constexpr uint64_t first_reserve_bytes = 3 * mib, reserve_bytes = mib;
constexpr float scales[]{0.75f, 0.5f, 0.35f, 0.25f, 0.1f};

std::string in_mib(uint64_t bytes) {
    return std::to_string((bytes + mib - 1) / mib) + " MiB";
}

// Of a line, as many as keep its corners from being seen.
int still_segments(glm::ivec2 size) {
    constexpr int segments_at_720p = 16, most_segments = 64;
    const float larger = std::max(static_cast<float>(size.x) / 1280.0f, static_cast<float>(size.y) / 720.0f);
    return std::clamp(static_cast<int>(segments_at_720p * larger), segments_at_720p, most_segments);
}

uint64_t pixels(glm::ivec2 size) {
    return uint64_t(size.x) * uint64_t(size.y);
}

}  // namespace

uint64_t FrameRenderer::target_bytes(glm::ivec2 size, float scale, bool depth) const {
    const glm::ivec2 scene = glm::max(glm::ivec2(glm::round(glm::vec2(size) * scale)), glm::ivec2(1));
    return pixels(size) * output_px_bytes +
           pixels(scene) * (flow_px_bytes + (device_.is_cpu ? frames_in_flight * flow_picture_px_bytes : 0) +
                            (scale < 1.0f ? output_px_bytes : 0) + (depth ? depth_px_bytes : 0));
}

// For targets.
uint64_t FrameRenderer::room_bytes() const {
    const uint64_t left = device_.meter.left_bytes();
    const uint64_t reserve = frame_ < frames_in_flight ? first_reserve_bytes : reserve_bytes;
    return left > reserve ? left - reserve : 0;
}

// The largest scale up to `wanted` whose targets fit. Old targets must have gone.
float FrameRenderer::affordable_scale(float wanted, bool depth) {
    memory_note_.clear();
    device_.update_memory_budget();
    if (target_bytes(size_, wanted, depth) > room_bytes())
        device_.wait_idle();  // what retired gives its memory back
    const uint64_t left = room_bytes();
    if (target_bytes(size_, wanted, depth) <= left) return wanted;
    for (const float scale : scales) {
        if (scale >= wanted || target_bytes(size_, scale, depth) > left) continue;
        memory_note_ = "the device's memory is short: drawn at " +
                       std::to_string(static_cast<int>(100.0f * scale + 0.5f)) + " % of the resolution";
        return scale;
    }
    throw Error("a picture of " + std::to_string(size_.x) + "x" + std::to_string(size_.y) + " needs " +
                    in_mib(target_bytes(size_, scales[std::size(scales) - 1], depth)) +
                    " of the device's memory, " + in_mib(left) + " are left",
                "Make the picture smaller: " + std::to_string(left / (output_px_bytes + flow_px_bytes)) +
                    " pixels would fit.");
}

// Halved along its longer side until targets and the way back fit.
glm::ivec2 FrameRenderer::still_tile(glm::ivec2 size, bool depth) {
    const VkPhysicalDeviceLimits& limits = device_.properties.limits;
    const auto longest = static_cast<int>(
        std::min({limits.maxFramebufferWidth, limits.maxFramebufferHeight, limits.maxImageDimension2D}));
    device_.update_memory_budget();
    const uint64_t left = room_bytes();
    const auto needed = [&](glm::ivec2 tile) {
        return target_bytes(tile, 1.0f, depth) + pixels(tile) * output_px_bytes;
    };
    glm::ivec2 tile = size;
    while (std::max(tile.x, tile.y) > longest || needed(tile) > left) {
        int& side = tile.x >= tile.y ? tile.x : tile.y;
        if (side <= least_tile_px)
            throw Error("a picture needs at least " + in_mib(needed(tile)) + " of the device's memory, " +
                            in_mib(left) + " are left",
                        "Show fewer layers or a shorter text.");
        side = (side + 1) / 2;
    }
    return tile;
}

CapturedImage FrameRenderer::render_still(const DrawList& list, glm::ivec2 size) {
    WEFT_ASSERT(size.x > 0 && size.y > 0, std::to_string(size.x) + "x" + std::to_string(size.y));
    const VkPhysicalDeviceLimits& limits = device_.properties.limits;
    const int longest =
        static_cast<int>(std::min({limits.maxViewportDimensions[0], limits.maxViewportDimensions[1],
                                   uint32_t(-limits.viewportBoundsRange[0])}));
    if (std::max(size.x, size.y) > longest)
        throw Error("a picture of " + std::to_string(size.x) + "x" + std::to_string(size.y) +
                        " is larger than the device can draw, also in tiles",
                    "The longest side can have " + std::to_string(longest) + " pixels.");
    flush_captures();
    const glm::ivec2 size_before = size_;
    const Quality quality_before = quality_;
    targets_.reset();
    device_.wait_idle();
    quality_.resolution_scale = 1.0f;
    quality_.segments = std::max(quality_.segments, still_segments(size));
    size_ = still_tile(size, !list.meshes.empty());
    CapturedImage picture{0, uint32_t(size.x), uint32_t(size.y), {}};
    picture.rgba.resize(pixels(size) * output_px_bytes);
    for (int y = 0; y < size.y; y += size_.y) {
        for (int x = 0; x < size.x; x += size_.x) {
            const glm::ivec2 part = glm::min(size_, size - glm::ivec2(x, y));
            captures_.request(
                [&](CapturedImage&& tile) {
                    const size_t row_bytes = size_t(part.x) * output_px_bytes;
                    for (int row = 0; row < part.y; ++row)
                        std::memcpy(picture.rgba.data() + (size_t(y + row) * size.x + x) * output_px_bytes,
                                    tile.rgba.data() + size_t(row) * tile.width * output_px_bytes, row_bytes);
                },
                false);
            const PicturePart whole{&list, {-x, -y}, size};
            render_frame({&whole, 1}, nullptr, false);
            flush_captures();
        }
    }
    size_ = size_before;
    quality_ = quality_before;
    return picture;
}

}  // namespace weft
