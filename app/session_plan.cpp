// From the newest frame and what is chosen to the scene that is drawn.
#include <algorithm>

#include "analysis/attention_extent.h"
#include "app/session.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"

namespace weft {

void Session::update_plan() {
    if (!frame_) return;
    // The last good picture stays until the quantity is there too.
    ViewState shown = view_;
    if (!has_quantity(*frame_, shown)) {
        if (!is_computing() || refusal(view_.quantity)) refuse_quantity();
        shown.quantity = is_computing() ? (plan() ? plan()->view.quantity : "attention") : view_.quantity;
        if (!has_quantity(*frame_, shown)) return;
    }
    if (plan() && same_numbers(*plan()->frame, *frame_, shown) && same_plan(scene_->view, shown)) return;
    const bool is_first = !plan();
    // Another model's layers and heads are not those that were chosen.
    if (plan() && !same_shape(*plan()->frame, *frame_)) {
        show_everything();
        const std::string quantity = shown.quantity;
        shown = view_;
        shown.quantity = quantity;
    }
    // What a trace shows does not depend on the one seen before it.
    const bool is_typing = plan() && (plan()->frame == frame_ || !frame_->provenance.is_trace);
    const bool was_joined = plan() && plan()->joins_ends;
    scene_ = plan_scene(frame_, shown, is_typing ? scene_.get() : nullptr);
    if (scene_->towers) animator_.bring_forward(scene_->towers->forward);
    if (scene_->towers && has_arrivals(*scene_->towers)) animator_.rows_arrive(scene_->towers->arrives_from);
    if (was_joined && !plan()->joins_ends && view_.selected.kind == FocusKind::token)
        view_.selected.layer = head_choice_.layer;
    drop_focus_out_of_range();
    if (is_first) {
        const AttentionBlock& block = shown_block(*plan());
        const auto asked = std::exchange(settings_.view.attention, std::nullopt);
        if (asked && *asked != block.kind)
            set_message({"there is no '" + attention_name(*asked) + "' attention here", ""});
        // An image stack opens the last layer; among words the design's fourth shows most.
        const int last = static_cast<int>(block.layers) - 1;
        const int layer = scene_->kind == SceneKind::image_stack ? last : std::min(3, last);
        head_choice_ = {layer, strongest_head(*frame_, block, layer)};
        const Focus line = strongest_line(*frame_, block, layer, head_choice_.head);
        token_choice_ = std::max(line.query, 0);
        if (view_.selected.kind == FocusKind::token && view_.selected.layer < 0) {
            view_.selected = in_picture(view_.selected);
            view_.selected.layer = plan()->joins_ends ? 0 : layer;
        }
    }
}

// What is chosen, pointed at or selected beside the plan of the attention.
void Session::follow_choices() {
    view_.opened_layer = head_choice_.layer;
    if (scene_) scene_ = follow_focus(scene_, view_);
}

void Session::open_panes(bool at_once) {
    if (const auto& image = scene_->image) animator_.open_panes(image->key_pane, image->query_pane, at_once);
}

void Session::drop_focus_out_of_range() {
    const AttentionBlock& block = shown_block(*plan());
    const bool is_one = scene_->kind != SceneKind::two_towers;
    // One gap stands for all layers: a token is selected in it as it was in its own.
    for (Focus* focus : {&view_.hovered, &view_.selected})
        if (plan()->joins_ends && focus->kind == FocusKind::token) focus->layer = std::min(focus->layer, 0);
    const auto fits = [&](const Focus& focus) {
        const auto& blocks = plan()->frame->blocks;
        if (!is_one && (focus.block < 0 || focus.block >= static_cast<int>(blocks.size()))) return false;
        const AttentionBlock& own = is_one ? block : blocks[static_cast<size_t>(focus.block)];
        const int layers = plan()->joins_ends ? 1 : static_cast<int>(own.layers);
        return focus.layer < layers && focus.head < static_cast<int>(own.heads) &&
               focus.query < static_cast<int>(own.queries) && focus.key < static_cast<int>(own.keys);
    };
    if (!fits(view_.hovered)) view_.hovered = {};
    if (!fits(view_.selected)) view_.selected = {};
    const auto clamped = [](int index, uint32_t count) {
        return std::clamp(index, 0, std::max(0, static_cast<int>(count) - 1));
    };
    const int token = std::exchange(token_choice_, clamped(token_choice_, block.queries));
    const HeadChoice head = head_choice_;
    head_choice_ = {clamped(head.layer, block.layers), clamped(head.head, block.heads)};
    // Who stands in a head or along a token stays in one that is there.
    if (preset_ == CameraPreset::head && head_choice_ != head)
        animator_.enter_head(head_choice_.layer, head_choice_.head);
    if (preset_ == CameraPreset::token && token_choice_ != token) animator_.follow_token(token_choice_);
}

void Session::show_everything() {
    view_.hovered = view_.selected = {};
    view_.heads.clear();
    view_.first_layer = 0;
    view_.last_layer = -1;
}

}  // namespace weft
