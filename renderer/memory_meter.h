// How much memory of the device this program has taken, and how much it may take. Any thread may ask.
#pragma once

#include <atomic>
#include <cstdint>

namespace weft {

class MemoryMeter {
  public:
    void take(uint64_t bytes) { used_ += bytes; }
    void give(uint64_t bytes) { used_ -= bytes; }
    uint64_t used_bytes() const { return used_; }

    void set_budget(uint64_t bytes) { budget_ = bytes; }
    uint64_t budget_bytes() const { return budget_; }
    uint64_t left_bytes() const {
        const uint64_t used = used_, budget = budget_;
        return used < budget ? budget - used : 0;
    }

  private:
    std::atomic<uint64_t> used_ = 0, budget_ = UINT64_MAX;
};

}  // namespace weft
