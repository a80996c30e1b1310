// Where the session looks from: standard views, flights to them, shows on rails.
#include "app/intro.h"
#include "app/session.h"

namespace weft {

namespace {

constexpr double enter_head_s = 1.5;

}  // namespace

ViewMotion Session::settled_motion() const {
    ViewMotion motion;
    motion.fold = folded_ ? 1.0f : 0.0f;
    motion.stack = stacked_ ? 1.0f : 0.0f;
    if (preset_ == CameraPreset::head) {
        motion.inside = 1.0f;
        motion.inside_layer = head_choice().layer;
        motion.inside_head = head_choice().head;
    }
    return motion;
}

Focus Session::preset_focus(CameraPreset preset) const {
    Focus focus{FocusKind::head, 0, head_choice().layer, head_choice().head, -1, -1, false};
    if (preset == CameraPreset::token)
        focus = {FocusKind::token, 0, head_choice().layer, -1, token_choice_, -1, false};
    return in_picture(focus);
}

Camera Session::fitted(CameraPreset preset, const Viewport& viewport) const {
    return scene_camera(*scene_, preset, settled_motion(), preset_focus(preset), viewport);
}

void Session::refit(const Viewport& viewport) {
    const bool resized =
        !has_viewport_ || viewport.size != viewport_.size || viewport.ui_scale != viewport_.ui_scale;
    const bool docked = has_viewport_ && viewport.panel_px != viewport_.panel_px;
    viewport_ = viewport;
    has_viewport_ = true;
    if (resized || docked) path_of_.reset();
    if (resized) label_fades_.cut();
    if (!preset_) return;
    const Camera goal = fitted(*preset_, viewport);
    if (resized) return animator_.jump_to(goal);
    if (docked) return animator_.fly_to(goal, refit_s);
}

void Session::take_pose(const PathPose& pose) {
    const float stale = animator_.motion().stale;
    animator_.jump_to(pose.camera);
    animator_.motion() = pose.motion;
    animator_.motion().stale = stale;
    view_.selected = pose.selected;
    view_.hovered = pose.hovered;
    if (pose.opened_layer >= 0) head_choice_.layer = pose.opened_layer;
}

void Session::play_show(double dt_s, const Viewport& viewport) {
    show_s_ += dt_s;
    const bool is_intro = show_ == Show::intro;
    take_pose(is_intro ? intro_pose(*scene_, show_s_, viewport) : scene_path(*scene_, show_s_, viewport));
    follow_choices();
    open_panes(true);
    if (show_s_ >= (is_intro ? intro_duration_s : default_path_duration_s)) end_show();
}

void Session::play(Show show, double from_s) {
    end_show();
    leave_sheet();
    animator_.leave_head();
    animator_.follow_token(-1);
    animator_.finish();
    show_ = show;
    show_s_ = from_s;
}

void Session::end_show() {
    const Show ended = std::exchange(show_, Show::none);
    if (ended == Show::none) return;
    view_.selected = view_.hovered = {};
    preset_ = ended == Show::intro ? std::optional(CameraPreset::default_view) : std::nullopt;
    if (!plan()) return;
    if (preset_) take_pose({fitted(*preset_, viewport_), {}, {}, {}});
}

void Session::show_preset(CameraPreset preset, bool at_once) {
    end_show();
    preset_ = preset;
    if (preset == CameraPreset::front || preset == CameraPreset::default_view ||
        preset == CameraPreset::head) {
        folded_ = preset == CameraPreset::front;
        animator_.set_fold(folded_);
    }
    if (preset == CameraPreset::head) {
        animator_.enter_head(head_choice_.layer, head_choice_.head);
    } else {
        animator_.leave_head();
    }
    if (preset == CameraPreset::token && plan()) {
        if (view_.selected.query >= 0) token_choice_ = view_.selected.query;
        if (!opens_layers()) select({});
        animator_.follow_token(token_choice_);
    } else {
        animator_.follow_token(-1);
    }
    move_to_preset(at_once);
}

void Session::set_fold(bool folded, bool at_once) {
    folded_ = folded;
    animator_.set_fold(folded);
    move_to_preset(at_once);
}

void Session::set_stack(bool stacked, bool at_once) {
    stacked_ = stacked;
    animator_.set_stack(stacked);
    move_to_preset(at_once);
}

void Session::move_to_preset(bool at_once) {
    at_once = at_once || view_.reduced_motion;
    if (at_once) {
        animator_.finish();
        label_fades_.cut();
    }
    if (!preset_ || !plan()) return;
    const Camera goal = fitted(*preset_, viewport_);
    if (at_once) return animator_.jump_to(goal);
    animator_.fly_to(goal, preset_ == CameraPreset::head ? enter_head_s : 1.0);
}

void Session::enter_head(HeadChoice choice, bool at_once) {
    leave_sheet();
    head_choice_ = choice;
    // Of an image the query that is shown stays.
    if (opens_layers()) {
        view_.heads = {{choice.layer, choice.head}};
    } else {
        view_.selected = in_picture({FocusKind::head, 0, choice.layer, choice.head, -1, -1, false});
    }
    show_preset(CameraPreset::head, at_once);
}

void Session::camera_taken_by_hand() {
    end_show();
    preset_.reset();
}

}  // namespace weft
