// What the session points at and has selected, and the head that is chosen with it.
#include "app/session.h"
#include "scenes/shown_block.h"

namespace weft {

void Session::choose_head(HeadChoice choice) {
    if (choice == head_choice_) return;
    head_choice_ = choice;
    const bool inside = preset_ == CameraPreset::head;
    if (inside) return enter_head(choice);
    if (view_.selected.kind == FocusKind::head) {
        view_.selected = in_picture({FocusKind::head, 0, choice.layer, choice.head, -1, -1, false});
    }
}

void Session::hover(glm::vec2 pointer_px, const Viewport& viewport, bool out_of_key, bool flies) {
    if (!plan() || show_ != Show::none) return;
    const PointedAt pointed_at{pointer_px, out_of_key};
    const bool rests = pointed_at_ == pointed_at;
    hover_is_due_ = rests && (flies || animator_.carries_picture());
    if (hover_is_due_) return;
    pointed_at_ = pointed_at;
    view_.hovered =
        pick_scene(*scene_, view_, animator_.motion(), animator_.camera(), viewport, pointer_px, out_of_key);
}

std::optional<int> Session::closed_layer_at(glm::vec2 pointer_px, const Viewport& viewport) const {
    if (!opens_layers()) return std::nullopt;
    return sliver_at(*scene_->image, animator_.motion(), animator_.camera(), viewport, pointer_px);
}

void Session::select(const Focus& focus) {
    view_.selected = focus;
    if (focus.kind == FocusKind::none) return;
    // A head of an image stack's strip: it alone, of the query that is shown.
    if (opens_layers() && focus.head >= 0 && focus.layer >= 0) view_.heads = {{focus.layer, focus.head}};
    if (frame_ && in_plan(focus).kind == FocusKind::none && shows_two_towers(*frame_, view_) &&
        focus.block >= 0 && focus.block < static_cast<int>(frame_->blocks.size())) {
        set_attention(frame_->blocks[static_cast<size_t>(focus.block)].kind);
        view_.selected = focus;
        update_plan();
    }
    if (focus.layer >= 0 && !(plan() && plan()->joins_ends)) head_choice_.layer = focus.layer;
    if (focus.head >= 0) head_choice_.head = focus.head;
}

Focus Session::in_picture(Focus focus) const {
    if (frame_ && !frame_->blocks.empty()) focus.block = focus_block(*frame_, view_);
    return focus;
}

Focus Session::in_plan(Focus focus) const {
    const int shown = frame_ && !frame_->blocks.empty() ? focus_block(*frame_, view_) : 0;
    if (focus.block != shown) return {};
    focus.block = 0;
    return focus;
}

}  // namespace weft
