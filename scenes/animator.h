// Moves ViewMotion and the camera towards what was asked for: transitions of the design, independent of frame
// rate. Main thread; a fixed `dt_s` gives the same frames.
#pragma once

#include "scenes/camera_flight.h"
#include "scenes/text_stack.h"

namespace weft {

class Animator {
  public:
    // Cuts instead of moving (reduced motion, first picture, headless stills).
    void jump_to(const Camera& camera);
    // In `shortest_s`, or as long as the limits of scenes/camera_flight.h ask for. A later call goes on from
    // where the camera is, as fast as it is.
    void fly_to(const Camera& camera, double shortest_s = 1.0);
    bool is_flying() const { return flies_; }
    const Camera& destination() const { return flies_ ? flight_.destination() : camera_; }

    void set_fold(bool folded);            // 0.8 s
    void set_stack(bool stacked);          // 0.8 s
    void enter_head(int layer, int head);  // widens its gap in 1.0 s
    void leave_head();
    void follow_token(int token);  // all but the lines into it go in 1.0 s; -1: they come back
    // Of an image stack: pages turn in 0.5 s; the first time at once.
    void open_panes(int key, int query, bool at_once = false);
    void relight(std::shared_ptr<const ImageStackPlan> former);  // its light goes in 0.2 s
    void rows_arrive(int from);                                  // come in within 0.15 s
    // Its lines fade out in 0.1 s, those of the plan that replaces it come in 0.15 s, and rows slide to their
    // new places meanwhile. The new plan is drawn from the first frame on.
    void replace(std::shared_ptr<const TextStackPlan> former);
    // Of two towers: this one comes to the front in 0.25 s, the first one at once.
    void bring_forward(AttentionKind kind);
    void restart_wave();
    void rest_wave();  // no pulses until restart_wave()
    // `layers`: those that a wave passes through; 0: there is nothing to pass through.
    void advance(double dt_s, const ViewState& view, int layers);
    // Ends every transition at its target, now.
    void finish();

    bool is_folded() const { return fold_.target > 0.5; }
    bool is_stacked() const { return stack_.target > 0.5; }
    bool is_inside() const { return inside_.target > 0.5; }

    const Camera& camera() const { return camera_; }
    Camera& camera() { return camera_; }  // flight and orbit write here; a change ends a running fly_to
    const ViewMotion& motion() const { return motion_; }
    ViewMotion& motion() { return motion_; }
    bool is_moving() const;    // false: the next frame will be the same
    bool is_settled() const {  // but for the wave
        return !carries_picture() && !focus_.runs && !followed_.runs && !lit_.runs;
    }

    // What stands in the picture moves or changes by itself: what lies under a resting pointer is chance.
    bool carries_picture() const {
        return flies_ || fold_.runs || stack_.runs || inside_.runs || along_.runs || arrival_.runs ||
               forward_.runs || open_key_.runs || open_query_.runs || motion_.former;
    }

  private:
    // From where the value is to `target`, quintic smoothstep; duration in seconds.
    struct Transition {
        double start = 0.0, target = 0.0, elapsed_s = 0.0, duration_s = 0.0;
        bool runs = false;
        double value() const;
        void go(double new_target, double new_duration_s);
        void advance(double dt_s);
    };
    void advance_flight(double dt_s);
    void follow(const Focus& wanted);
    void advance_focus(double dt_s, const ViewState& view);
    void advance_wave(double dt_s, const ViewState& view, int layers);
    void advance_replacement(double dt_s);
    void end_replacement();
    void write_motion();

    Camera camera_, flown_;  // flown_: where the flight left the camera, to see that someone else moved it
    CameraFlight flight_;
    double fly_elapsed_s_ = 0.0, replaced_s_ = 0.0;
    float former_from_ = 1.0f;  // opacity that the former lines had
    bool flies_ = false, reduced_ = false, wave_rests_ = false;
    Transition fold_, stack_, inside_, along_, focus_, followed_, lit_, arrival_, forward_,
        open_key_{-1.0, -1.0}, open_query_{-1.0, -1.0};
    glm::vec4 was_in_front_{0.0f}, comes_to_front_{0.0f};
    ViewMotion motion_;
};

}  // namespace weft
