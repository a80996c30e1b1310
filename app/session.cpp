#include "app/session.h"

#include <algorithm>

#include "scenes/image_light.h"
#include "scenes/shown_block.h"

namespace weft {

namespace {

constexpr double stale_after_s = 0.15;
constexpr double stale_fade_s = 0.1;
// A text may take so much more or less room before the camera follows.
constexpr float overflow = 1.02f, waste = 0.75f;

// Other words, or other numbers of the same words, in panes of the same kind.
bool fades_between(const TextStackPlan& before, const TextStackPlan& now) {
    const AttentionBlock &a = shown_block(before), &b = shown_block(now);
    const bool has_same_panes =
        before.layers.size() == now.layers.size() && before.lanes == now.lanes && a.kind == b.kind;
    if (!has_same_panes || before.view.quantity != now.view.quantity) return has_same_panes;
    const auto words = [](const AttentionFrame& frame, const AttentionBlock& block) {
        std::vector<int32_t> ids;
        for (const auto& tokens : {key_tokens(frame, block), query_tokens(frame, block)})
            for (const Token& token : tokens) ids.push_back(token.id);
        return ids;
    };
    return words(*before.frame, a) != words(*now.frame, b);
}

}  // namespace

Session::Session(SessionSettings settings, std::function<void()> wake)
    : settings_(std::move(settings)),
      view_(settings_.view),
      preset_(settings_.preset),
      markers_(settings_.markers),
      shows_path_(settings_.shows_path),
      wake_(std::move(wake)) {
    if (settings_.plays_intro && !view_.reduced_motion) show_ = Show::intro;
    if (settings_.trace) {
        take_trace(settings_.trace, settings_.analysis.method);
        ask_for_missing();
        return;
    }
    if (!settings_.load_model) return;
    prompt_ = PromptEdit(settings_.text);
    worker_ = std::make_unique<Worker>(settings_.load_model, wake_);
    if (!settings_.waits_for_text) submit_prompt();
}

void Session::advance(double dt_s, const Viewport& viewport) {
    time_s_ += dt_s;
    undrawn_s_ += dt_s;
    take_news();
    const std::shared_ptr<const Scene> before_scene = scene_;
    const TextStackPlan* before = before_scene ? before_scene->stack.get() : nullptr;
    update_plan();
    follow_choices();
    if (!plan()) return;
    open_panes(false);
    if (!before && settings_.camera) {
        preset_.reset();
        animator_.jump_to(*settings_.camera);
    }
    if (show_ != Show::none) {
        viewport_ = viewport;
        has_viewport_ = true;
        play_show(dt_s, viewport);
        return;
    }
    refit(viewport);
    const bool is_other =
        before && (before->frame != plan()->frame || &shown_block(*before) != &shown_block(*plan()) ||
                   before->view.strip != plan()->view.strip);
    const bool is_other_place = before_scene && before_scene->kind != scene_->kind;
    place_fade_.advance(dt_s);
    if (is_other_place && !view_.reduced_motion) place_fade_.leave(before_scene);
    if ((is_other || is_other_place) && preset_) {
        const Camera goal = fitted(*preset_, viewport);
        const float room = goal.distance_u / animator_.camera().distance_u;
        if (is_other_place || room > overflow || room < waste) animator_.fly_to(goal, refit_s);
    }
    const auto image = before_scene ? before_scene->image : nullptr;
    if (image && scene_->image && image->frame == scene_->image->frame && !same_light(*image, *scene_->image))
        animator_.relight(image);
    const bool are_stacks = before && before_scene->kind == SceneKind::text_stack && !is_other_place;
    if (are_stacks && before != plan() && fades_between(*before, *plan()))
        animator_.replace(before_scene->stack);
    const bool is_stale = has_pending_analysis() && time_s_ - asked_s_ > stale_after_s;
    const auto step = static_cast<float>(dt_s / stale_fade_s);
    float& stale = animator_.motion().stale;
    stale = std::clamp(stale + (is_stale ? step : -step), 0.0f, 1.0f);
    update_path_markers();
    animator_.advance(dt_s, view_, wave_layers(*scene_));
}

bool Session::is_moving() const {
    if (!plan()) return false;
    const float stale = animator_.motion().stale;
    return show_ != Show::none || animator_.is_moving() || label_fades_.is_fading() || place_fade_.runs() ||
           hover_is_due_ || (has_pending_analysis() ? stale < 1.0f : stale > 0.0f);
}

bool Session::is_settled() const {
    return plan() && show_ == Show::none && !is_computing() && !load_fraction() && animator_.is_settled() &&
           !label_fades_.is_fading() && !place_fade_.runs();
}

DrawList Session::draw(const Viewport& viewport, const MeasureText& measure) {
    const double dt_s = std::exchange(undrawn_s_, 0.0);
    if (!plan() || scene_->is_sheet() || view_.reduced_motion) label_fades_.cut();
    if (plan()) {
        const Scene& scene = place_fade_.former() ? *place_fade_.former() : *scene_;
        ViewState shown = view_;
        shown.quantity = scene.stack->view.quantity;  // another one may be on its way
        shown.attention = scene.view.attention;
        DrawList list =
            draw_scene(scene, shown, animator_.motion(), animator_.camera(), time_s_, viewport, measure);
        if (place_fade_.runs()) fade(list, place_fade_.opacity());
        if (scene.is_sheet()) return list;  // nothing stands in front of a sheet
        const bool stands_at_selection = markers_.prop && !markers_.prop->at;
        add_markers(list, markers_, stands_at_selection ? selected_at() : std::nullopt, shown,
                    animator_.camera(), viewport, measure);
        label_fades_.apply(list, dt_s, measure);
        return list;
    }
    const std::optional<ModelSummary> loaded = model();
    const bool waits = worker_ && !load_failed_ && (!loaded || has_pending_analysis());
    return draw_empty_stack(view_, loaded ? loaded->name : "",
                            !waits                    ? settings_.awaited
                            : !loaded                 ? "Opening the model"
                            : settings_.image.empty() ? "Reading the text"
                                                      : "Reading the image",
                            viewport);
}

void Session::leave_sheet() {
    if (view_.scene == SceneChoice::heads || view_.scene == SceneChoice::neurons)
        view_.scene = SceneChoice::automatic;
}

void Session::set_message(SessionMessage message) {
    passing_.reset();
    (message.passes ? passing_ : lasting_) = std::move(message);
    message_changed_ = true;
}

void Session::clear_message() {
    (passing_ ? passing_ : lasting_).reset();
    message_changed_ = true;
}

}  // namespace weft
