// The session's saved places, what is focused, and the markers that stand beside the scene.

#include "app/session.h"
#include "scenes/focus_camera.h"
#include "scenes/theme.h"

namespace weft {

namespace {

constexpr double way_step_s = 0.25;

}  // namespace

SavedPlace Session::here() const {
    SavedPlace place;
    place.camera = animator_.is_flying() ? animator_.destination() : animator_.camera();
    place.folded = folded_;
    place.stacked = stacked_;
    if (animator_.is_inside()) {
        place.layer = head_choice().layer;
        place.head = head_choice().head;
    }
    return place;
}

void Session::go_to(const SavedPlace& place, bool at_once) {
    end_show();
    leave_sheet();
    preset_.reset();
    folded_ = place.folded;
    stacked_ = place.stacked;
    animator_.set_fold(folded_);
    animator_.set_stack(stacked_);
    animator_.follow_token(-1);
    const bool is_there = plan() && place.layer >= 0 && place.head >= 0 && place.head < plan()->lanes &&
                          place.layer < static_cast<int>(plan()->layers.size());
    if (is_there) {
        head_choice_ = {place.layer, place.head};
        view_.selected = in_picture({FocusKind::head, 0, place.layer, place.head, -1, -1, false});
        animator_.enter_head(place.layer, place.head);
    } else {
        animator_.leave_head();
    }
    if (!at_once && !view_.reduced_motion) return animator_.fly_to(place.camera);
    animator_.finish();
    animator_.jump_to(place.camera);
    label_fades_.cut();
}

std::vector<glm::vec3> Session::selected_points() const {
    if (!scene_ || view_.selected.kind == FocusKind::none) return {};
    return scene_focus_points(*scene_, animator_.motion(), view_.selected, viewport_);
}

bool Session::frame_selection() {
    const std::vector<glm::vec3> points = selected_points();
    if (points.empty()) return false;
    const Camera goal = focus_camera(points, animator_.camera(), viewport_, theme(view_.theme).text_scale);
    camera_taken_by_hand();
    animator_.fly_to(goal);
    return true;
}

std::optional<glm::vec3> Session::selection_pivot() const {
    const std::vector<glm::vec3> points = selected_points();
    if (points.empty()) return std::nullopt;
    return middle_of(points);
}

std::optional<glm::vec3> Session::selected_at() const {
    const std::vector<glm::vec3> points = selected_points();
    if (points.empty()) return std::nullopt;
    // A token's own place comes first, at both ends of its lanes.
    if (view_.selected.kind == FocusKind::token) return 0.5f * (points[0] + points[1]);
    return middle_of(points);
}

void Session::show_path(bool shown) {
    shows_path_ = shown;
    path_of_.reset();
    markers_.path.clear();
    markers_.way.clear();
}

// Where the default path leads depends on what is shown and on the picture's shape.
void Session::update_path_markers() {
    if (!shows_path_ || !plan() || scene_->is_sheet() || path_of_ == scene_) return;
    show_path(true);
    path_of_ = scene_;
    for (const double key_s : default_path_keys_s)
        markers_.path.push_back(scene_path(*scene_, key_s, viewport_).camera);
    for (double time_s = 0.0; time_s <= default_path_duration_s; time_s += way_step_s)
        markers_.way.push_back(scene_path(*scene_, time_s, viewport_).camera.eye());
}

}  // namespace weft
