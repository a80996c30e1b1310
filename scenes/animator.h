// Moves ViewMotion and the camera towards what was asked for: transitions of the design, independent of frame rate.
// Main thread; fixed `dt_s` gives the same frames.
#pragma once

#include "scenes/text_stack.h"

namespace weft {

class Animator {
  public:
    // Cuts instead of moving (reduced motion, first picture, headless stills).
    void jump_to(const Camera& camera);
    // 1.0 s, quintic smoothstep; a later call starts from where the camera is.
    void fly_to(const Camera& camera, double duration_s = 1.0);
    void set_fold(bool folded);            // 0.8 s
    void set_stack(bool stacked);          // 0.8 s
    void enter_head(int layer, int head);  // widens its gap while flying
    void leave_head();
    void restart_wave();
    void advance(double dt_s, const ViewState& view, const TextStackPlan* plan);

    const Camera& camera() const { return camera_; }
    Camera& camera() { return camera_; }   // flight and orbit write here; cancels a running fly_to on change
    const ViewMotion& motion() const { return motion_; }
    ViewMotion& motion() { return motion_; }
    bool is_moving() const;                // false: the next frame will be the same

  private:
    struct Transition {
        double start = 0.0, target = 0.0, elapsed_s = 0.0, duration_s = 0.0;
        bool runs = false;
    };
    Camera camera_, from_, to_;
    double fly_elapsed_s_ = 0.0, fly_duration_s_ = 0.0;
    bool flies_ = false;
    Transition fold_, stack_, inside_, focus_;
    ViewMotion motion_;
};

}  // namespace weft
