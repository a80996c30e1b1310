// Uninitialised float32 memory for many arrays that live equally long: side by side in huge pages. Why: a
// matrix product walks through rows that each lie in another small page, and waits for their addresses a
// fifth of its time. Private to analysis/torch.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <mutex>
#include <utility>

#include "analysis/torch/aligned_floats.h"

namespace weft::torch_part {

// What lies between two arrays: rows of equal length in both would otherwise meet in the same cache sets.
constexpr int64_t floats_between = 5 * 16;

inline int64_t floats_with_gap(int64_t count) {
    return (count + 15) / 16 * 16 + floats_between;
}

// Gives each of `parts` room for so many floats in `memory`, whose contents are lost if it has to grow.
inline void share_out(AlignedFloats& memory, std::initializer_list<std::pair<float**, int64_t>> parts) {
    int64_t all = 0;
    for (const auto& [to, count] : parts) all += floats_with_gap(count);
    float* next = memory.reserve(all);
    for (const auto& [to, count] : parts) {
        *to = next;
        next += floats_with_gap(count);
    }
}

// Grows as it is taken from; everything is freed with it. Any thread.
class FloatArena {
  public:
    float* take(int64_t count) {
        // What is never touched of a piece costs addresses only.
        constexpr int64_t piece_floats = int64_t{1} << 24;
        const std::lock_guard lock(mutex_);
        const int64_t wanted = floats_with_gap(count);
        if (wanted > left_) {
            left_ = wanted > piece_floats ? wanted : piece_floats;
            next_ = pieces_.emplace_back().reserve(left_);
        }
        float* const taken = next_;
        next_ += wanted;
        left_ -= wanted;
        return taken;
    }

  private:
    std::mutex mutex_;
    std::deque<AlignedFloats> pieces_;
    float* next_ = nullptr;
    int64_t left_ = 0;
};

}  // namespace weft::torch_part
