#include "scenes/animator.h"

#include <algorithm>
#include <cmath>

#include "scenes/easing.h"
#include "scenes/shown_block.h"
#include "scenes/wave.h"

namespace weft {

namespace {

constexpr double fold_duration_s = 0.8, inside_duration_s = 1.0;
constexpr double page_duration_s = 0.5;
constexpr double focus_in_s = 0.25, focus_out_s = 0.35, arrival_s = 0.15, light_s = 0.2;
constexpr double former_lines_s = 0.1, new_lines_s = 0.15;

}  // namespace

double Animator::Transition::value() const {
    if (!runs) return target;
    return start + (target - start) * smoothstep5(elapsed_s / duration_s);
}

void Animator::Transition::go(double new_target, double new_duration_s) {
    if (new_target == target) return;
    start = value();
    target = new_target;
    elapsed_s = 0.0;
    duration_s = new_duration_s;
    runs = true;
}

void Animator::Transition::advance(double dt_s) {
    if (!runs) return;
    elapsed_s += dt_s;
    // A step that ends a hair's breadth before the end is the end: sums of steps are not exact.
    if (elapsed_s >= duration_s - 1e-9) runs = false;
}

void Animator::jump_to(const Camera& camera) {
    camera_ = camera;
    flies_ = false;
}

void Animator::fly_to(const Camera& camera, double shortest_s) {
    if (reduced_ || shortest_s <= 0.0) return jump_to(camera);
    const double duration_s = flight_duration_s(camera_, camera, shortest_s);
    const bool goes_on = flies_ && camera_ == flown_;
    flight_ = goes_on ? CameraFlight(flight_, fly_elapsed_s_, camera, duration_s)
                      : CameraFlight(camera_, camera, duration_s);
    flown_ = camera_;
    fly_elapsed_s_ = 0.0;
    flies_ = goes_on || !(camera_ == camera);
}

void Animator::set_fold(bool folded) {
    fold_.go(folded ? 1.0 : 0.0, fold_duration_s);
}

void Animator::set_stack(bool stacked) {
    stack_.go(stacked ? 1.0 : 0.0, fold_duration_s);
}

void Animator::enter_head(int layer, int head) {
    motion_.inside_layer = layer;
    motion_.inside_head = head;
    inside_.go(1.0, inside_duration_s);
}

void Animator::leave_head() {
    inside_.go(0.0, inside_duration_s);
}

void Animator::follow_token(int token) {
    if (token >= 0) motion_.along_token = token;
    along_.go(token >= 0 ? 1.0 : 0.0, inside_duration_s);
}

void Animator::open_panes(int key, int query, bool at_once) {
    const bool is_first = open_key_.target < 0.0;
    open_key_.go(key, page_duration_s);
    open_query_.go(query, page_duration_s);
    if (is_first || at_once) open_key_.runs = open_query_.runs = false;
}

void Animator::relight(std::shared_ptr<const ImageStackPlan> former) {
    if (reduced_) return;
    // Light that has hardly come is not worth a way of its own.
    if (!lit_.runs || lit_.value() > 0.5) motion_.former_image = std::move(former);
    lit_ = {};
    lit_.go(1.0, light_s);
}

void Animator::rows_arrive(int from) {
    if (reduced_) return;
    motion_.arrives_from = from;
    arrival_ = {};
    arrival_.go(1.0, arrival_s);
    motion_.arrival = 0.0f;
}

void Animator::replace(std::shared_ptr<const TextStackPlan> former) {
    if (reduced_) return;
    // Who types faster than lines come sees them go from where they were.
    former_from_ = motion_.former ? motion_.arrived : 1.0f;
    motion_.former = std::move(former);
    motion_.former_lines = former_from_;
    motion_.arrived = motion_.slid = 0.0f;
    replaced_s_ = 0.0;
}

void Animator::advance_replacement(double dt_s) {
    if (!motion_.former) return;
    replaced_s_ += dt_s;
    if (replaced_s_ >= new_lines_s - 1e-9) return end_replacement();
    const double gone = std::min(replaced_s_ / former_lines_s, 1.0), here = replaced_s_ / new_lines_s;
    motion_.former_lines = former_from_ * static_cast<float>(1.0 - gone);
    motion_.arrived = static_cast<float>(1.0 - (1.0 - here) * (1.0 - here));
    motion_.slid = static_cast<float>(smoothstep5(here));
}

void Animator::end_replacement() {
    motion_.former.reset();
    motion_.former_lines = 0.0f;
    motion_.arrived = motion_.slid = 1.0f;
}

void Animator::bring_forward(AttentionKind kind) {
    glm::vec4 wanted(0.0f);
    wanted[static_cast<int>(kind)] = 1.0f;
    if (wanted == comes_to_front_) return;
    const bool is_first = comes_to_front_ == glm::vec4(0.0f);
    was_in_front_ = is_first ? wanted : motion_.in_front;
    comes_to_front_ = wanted;
    forward_ = {};
    forward_.go(1.0, focus_in_s);
    forward_.runs = !is_first && !reduced_;
    write_motion();
}

void Animator::restart_wave() {
    motion_.wave_s = 0.0f;
    wave_rests_ = false;
}

void Animator::rest_wave() {
    motion_.wave_s = -1.0f;
    wave_rests_ = true;
}

void Animator::advance_flight(double dt_s) {
    if (!flies_) return;
    if (!(camera_ == flown_)) {
        flies_ = false;
        return;
    }
    fly_elapsed_s_ += dt_s;
    camera_ = flown_ = flight_.at(fly_elapsed_s_);
    flies_ = fly_elapsed_s_ < flight_.duration_s() - 1e-9;
}

// What is lit more of the two that the light goes between stays lit as it is.
void Animator::follow(const Focus& wanted) {
    const double come = followed_.runs ? followed_.value() : 1.0;
    const bool turns_back = followed_.runs && motion_.former_focus == wanted;
    if (turns_back || come >= 0.5) motion_.former_focus = motion_.shown_focus;
    const double start = turns_back || come >= 0.5 ? 1.0 - come : come;
    followed_ = {start, start, 0.0, 0.0, false};
    followed_.go(1.0, light_s);
}

void Animator::advance_focus(double dt_s, const ViewState& view) {
    // What is selected keeps the picture; hovering shows within it (the scene draws both).
    const Focus& wanted = view.selected.kind != FocusKind::none ? view.selected : view.hovered;
    if (wanted.kind != FocusKind::none) {
        if (motion_.shown_focus != wanted && motion_.shown_focus.kind != FocusKind::none && !reduced_)
            follow(wanted);
        motion_.shown_focus = wanted;
        focus_.go(1.0, focus_in_s);
    } else {
        focus_.go(0.0, focus_out_s);
    }
    focus_.advance(dt_s);
    followed_.advance(dt_s);
    if (focus_.value() <= 0.0 && focus_.target <= 0.0) motion_.shown_focus = Focus{};
}

void Animator::advance_wave(double dt_s, const ViewState& view, int layers) {
    if (!view.motion || view.reduced_motion || layers <= 0 || wave_rests_) {
        motion_.wave_s = -1.0f;
        return;
    }
    const double wave_s = std::max(static_cast<double>(motion_.wave_s), 0.0) + dt_s;
    motion_.wave_s = static_cast<float>(std::fmod(wave_s, wave_period_s(layers)));
}

void Animator::write_motion() {
    motion_.fold = static_cast<float>(fold_.value());
    motion_.stack = static_cast<float>(stack_.value());
    motion_.inside = static_cast<float>(inside_.value());
    motion_.along = static_cast<float>(along_.value());
    motion_.focus = static_cast<float>(focus_.value());
    motion_.open_key = static_cast<float>(open_key_.value());
    motion_.open_query = static_cast<float>(open_query_.value());
    motion_.followed = followed_.runs ? static_cast<float>(followed_.value()) : 1.0f;
    if (!followed_.runs) motion_.former_focus = {};
    motion_.lit = lit_.runs ? static_cast<float>(lit_.value()) : 1.0f;
    if (!lit_.runs) motion_.former_image.reset();
    motion_.arrival = arrival_.runs ? static_cast<float>(arrival_.value()) : 1.0f;
    motion_.in_front =
        glm::mix(was_in_front_, comes_to_front_, static_cast<float>(forward_.runs ? forward_.value() : 1.0));
    if (inside_.value() <= 0.0 && inside_.target <= 0.0) motion_.inside_layer = motion_.inside_head = -1;
    if (along_.value() <= 0.0 && along_.target <= 0.0) motion_.along_token = -1;
}

void Animator::advance(double dt_s, const ViewState& view, int layers) {
    reduced_ = view.reduced_motion;
    advance_flight(dt_s);
    advance_focus(dt_s, view);
    fold_.advance(dt_s);
    stack_.advance(dt_s);
    inside_.advance(dt_s);
    along_.advance(dt_s);
    open_key_.advance(dt_s);
    open_query_.advance(dt_s);
    arrival_.advance(dt_s);
    lit_.advance(dt_s);
    advance_replacement(dt_s);
    forward_.advance(dt_s);
    advance_wave(dt_s, view, layers);
    if (reduced_) return finish();
    write_motion();
}

void Animator::finish() {
    if (flies_) jump_to(flight_.destination());
    for (Transition* transition : {&fold_, &stack_, &inside_, &along_, &focus_, &followed_, &lit_, &arrival_,
                                   &forward_, &open_key_, &open_query_})
        transition->runs = false;
    end_replacement();
    write_motion();
}

bool Animator::is_moving() const {
    return !is_settled() || motion_.wave_s >= 0.0f;
}

}  // namespace weft
