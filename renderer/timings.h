// Where a frame's time goes: a label, CPU time and a pair of timestamps per pass. The figures are those of
// the last finished frame. Owned by the frame list; the renderer's thread only.
#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "renderer/device.h"

namespace weft {

class Timings {
  public:
    explicit Timings(Device& device);
    ~Timings();
    // The frame that used this slot before is over: reads its timestamps.
    void begin_frame(VkCommandBuffer commands, uint64_t frame);
    void begin(const char* name);
    void end();
    const std::vector<PassTiming>& last_finished() const { return last_; }

  private:
    using Clock = std::chrono::steady_clock;
    struct Slot {
        VkQueryPool pool = VK_NULL_HANDLE;
        std::vector<PassTiming> passes;
    };
    Device& device_;
    std::array<Slot, frames_in_flight> slots_;
    Slot* slot_ = nullptr;
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    Clock::time_point began_;
    std::vector<PassTiming> last_;
};

// One pass as a scope.
class TimedPass {
  public:
    TimedPass(Timings& timings, const char* name) : timings_(timings) { timings_.begin(name); }
    ~TimedPass() { timings_.end(); }
    TimedPass(const TimedPass&) = delete;
    TimedPass& operator=(const TimedPass&) = delete;

  private:
    Timings& timings_;
};

}  // namespace weft
