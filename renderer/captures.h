// Pictures on their way back to the host: copied by the frame's command buffer, handed out in order once that
// frame is over. Buffers are used again. Owned by the renderer; its thread only.
#pragma once

#include <deque>
#include <functional>

#include "renderer/memory.h"

namespace weft {

class Captures {
  public:
    using Done = std::function<void(CapturedImage&&)>;
    Captures(Device& device, bool swap_red_and_blue)
        : device_(device), swap_red_and_blue_(swap_red_and_blue) {}

    void request(Done done, bool without_ui) { requests_.push_back({std::move(done), without_ui}); }
    bool wants(bool without_ui) const;
    // Copies `image` (TRANSFER_SRC_OPTIMAL) for all requests of this kind.
    void record(VkCommandBuffer commands, const GpuImage& image, uint64_t frame, bool without_ui);
    // All pictures of frames up to `finished_frame`.
    void deliver(uint64_t finished_frame);

  private:
    struct Request {
        Done done;
        bool without_ui;
    };
    struct Flying {
        uint64_t frame;
        uint32_t width, height;
        std::vector<Done> done;
        GpuBuffer buffer;
    };
    Device& device_;
    bool swap_red_and_blue_;
    std::vector<Request> requests_;
    std::deque<Flying> flying_;
    std::vector<GpuBuffer> spare_;
};

}  // namespace weft
