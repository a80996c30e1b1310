// From a change of the text to the frame that shows its attention. Main thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

namespace weft {

class Latency {
  public:
    void text_changed(double now_s, uint64_t revision) {
        if (waiting_ == 0) pressed_s_ = now_s;
        waiting_ = revision;
    }
    // A frame with the attention of `revision` was handed to the window system.
    void frame_shown(double now_s, uint64_t revision) {
        if (waiting_ == 0 || revision < waiting_) return;
        waiting_ = 0;
        recent_ms_.push_back((now_s - pressed_s_) * 1e3);
        if (recent_ms_.size() > 100) recent_ms_.pop_front();
        ++count_;
    }
    bool is_waiting() const { return waiting_ != 0; }
    double waited_s(double now_s) const { return waiting_ == 0 ? 0.0 : now_s - pressed_s_; }
    double last_ms() const { return recent_ms_.empty() ? 0.0 : recent_ms_.back(); }
    uint64_t count() const { return count_; }
    double median_ms() const {
        if (recent_ms_.empty()) return 0.0;
        std::vector<double> sorted(recent_ms_.begin(), recent_ms_.end());
        std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
        return sorted[sorted.size() / 2];
    }

  private:
    std::deque<double> recent_ms_;
    double pressed_s_ = 0.0;
    uint64_t waiting_ = 0, count_ = 0;
};

}  // namespace weft
