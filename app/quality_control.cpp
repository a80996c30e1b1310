#include "app/quality_control.h"

#include <algorithm>

namespace weft {

namespace {

constexpr int window_frames = 8;
constexpr double margin = 0.85, better_step_cost = 1.5;
constexpr double first_wait_ms = 2000.0, longest_wait_ms = 60000.0, regret_ms = 3000.0;

}  // namespace

void QualityControl::move_to(int step) {
    step_ = step;
    paused();
    good_for_ms_ = 0.0;
}

void QualityControl::paused() {
    count_ = 0;
    sum_ms_ = 0.0;
}

void QualityControl::set_enabled(bool enabled) {
    enabled_ = enabled;
    move_to(0);
    wait_ms_ = first_wait_ms;
}

bool QualityControl::frame_took(double frame_ms) {
    if (!enabled_) return false;
    sum_ms_ += frame_ms;
    ++count_;
    since_up_ms_ += frame_ms;
    if (count_ < window_frames) return false;
    const double mean = sum_ms_ / count_;
    const double window_ms = sum_ms_;
    paused();
    if (mean > budget_ms_) {
        if (step_ + 1 >= static_cast<int>(quality_steps.size())) return false;
        if (since_up_ms_ < regret_ms) wait_ms_ = std::min(wait_ms_ * 2.0, longest_wait_ms);
        move_to(step_ + 1);
        return true;
    }
    if (step_ == 0) return false;
    good_for_ms_ = mean * better_step_cost < budget_ms_ * margin ? good_for_ms_ + window_ms : 0.0;
    if (good_for_ms_ < wait_ms_) return false;
    move_to(step_ - 1);
    since_up_ms_ = 0.0;
    return true;
}

}  // namespace weft
