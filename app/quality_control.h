// Chooses the renderer's quality by measured frame time: a slow device gets simpler lines and fewer pixels,
// never because of its name. Pure; main thread.
#pragma once

#include <array>

#include "renderer/renderer.h"

namespace weft {

// Best first. Fewer than six segments begin to show as corners, so pixels go before them.
constexpr std::array<Quality, 5> quality_steps{{{16, 1.0f}, {8, 1.0f}, {6, 1.0f}, {6, 0.5f}, {4, 0.5f}}};

// Down one step when the mean of the last 8 frames that followed each other exceeds `budget_ms`. At the last
// step it goes back to the best one that took hardly longer, and no deeper for some minutes: where something
// else than lines costs the time, simpler lines are only uglier. Up one step when it would fit with a margin
// if the better step costs half as much again, after 2 s of such frames; each time that this proves wrong
// within 3 s the wait doubles, up to 60 s.
class QualityControl {
  public:
    explicit QualityControl(double budget_ms = 30.0) : budget_ms_(budget_ms) {}
    // A frame that followed its predecessor without a pause took `frame_ms`. True: quality() changed.
    bool frame_took(double frame_ms);
    // Drawing paused: what was measured before says nothing about what comes.
    void paused();
    Quality quality() const { return quality_steps[static_cast<size_t>(step_)]; }
    int step() const { return step_; }

  private:
    static constexpr int last_step = static_cast<int>(quality_steps.size()) - 1;
    void move_to(int step);
    int best_of_alike(double mean_ms) const;

    double budget_ms_;
    int step_ = 0, deepest_ = last_step;
    int count_ = 0, windows_at_step_ = 0;
    double sum_ms_ = 0.0;
    std::array<double, quality_steps.size()>
        taken_ms_{};  // at each step when it was left downwards; 0: not yet
    double deepest_for_ms_ = 0.0;
    double good_for_ms_ = 0.0;  // how long the better step would have fitted
    double since_up_ms_ = 1e9;
    double wait_ms_ = 2000.0;
};

}  // namespace weft
