#include "app/quality_control.h"

#include <algorithm>

namespace weft {

namespace {

constexpr int window_frames = 8;
constexpr int settled_windows = 3;  // the first frames of a step make its targets and code
constexpr double margin = 0.85, better_step_cost = 1.5;
constexpr double alike = 1.15;  // one step's frame time and the cheapest one's
constexpr double nearly = 1.1;  // of the budget: not worth an uglier picture
constexpr double outdated = 1.25;
constexpr double deepest_ms = 300000.0;
constexpr double longest_wait_ms = 60000.0, regret_ms = 3000.0;

}  // namespace

void QualityControl::move_to(int step) {
    step_ = step;
    windows_at_step_ = 0;
    paused();
    good_for_ms_ = 0.0;
}

int QualityControl::best_of_alike(double mean_ms) const {
    for (int step = 0; step < step_; ++step) {
        const double taken_ms = taken_ms_[static_cast<size_t>(step)];
        const bool keeps_pace = taken_ms <= budget_ms_ * nearly || mean_ms > budget_ms_ * nearly;
        if (taken_ms > 0.0 && taken_ms <= mean_ms * alike && keeps_pace) return step;
    }
    return step_;
}

void QualityControl::paused() {
    count_ = 0;
    sum_ms_ = 0.0;
}

bool QualityControl::frame_took(double frame_ms) {
    sum_ms_ += frame_ms;
    ++count_;
    since_up_ms_ += frame_ms;
    if (count_ < window_frames) return false;
    const double mean = sum_ms_ / count_;
    const double window_ms = sum_ms_;
    paused();
    deepest_for_ms_ -= window_ms;
    if (deepest_for_ms_ <= 0.0) deepest_ = last_step;
    ++windows_at_step_;
    const bool is_judged = step_ == last_step && windows_at_step_ >= settled_windows;
    if (const int best = is_judged ? best_of_alike(mean) : step_; best != step_) {
        move_to(best);
        deepest_ = best;
        deepest_for_ms_ = deepest_ms;
        return true;
    }
    if (mean > budget_ms_) {
        if (step_ >= deepest_) {
            // What was measured here before was another picture: down again, with new measurements.
            const bool is_outdated = step_ < last_step && windows_at_step_ >= settled_windows &&
                                     mean > taken_ms_[static_cast<size_t>(step_)] * outdated;
            if (!is_outdated) return false;
            deepest_ = last_step;
            taken_ms_.fill(0.0);
        }
        taken_ms_[static_cast<size_t>(step_)] = mean;
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
