#include "app/session.h"

#include <algorithm>
#include <cmath>

#include "analysis/attention_extent.h"
#include "analysis/error.h"
#include "analysis/method/method_table.h"
#include "analysis/trace_model.h"
#include "app/intro.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"

namespace weft {

namespace {

constexpr double stale_after_s = 0.15;
constexpr double stale_fade_s = 0.1;
// A text may take so much more or less room before the camera follows.
constexpr float overflow = 1.02f, waste = 0.75f;

// The same kinds of attention over as many layers and heads: what is chosen in one means the same in the
// other.
bool same_shape(const AttentionFrame& a, const AttentionFrame& b) {
    return std::ranges::equal(a.blocks, b.blocks, [](const AttentionBlock& x, const AttentionBlock& y) {
        return x.kind == y.kind && x.layers == y.layers && x.heads == y.heads;
    });
}

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

bool Session::submit_prompt() {
    if (!worker_ || trace_ || load_failed_) return false;
    const bool is_first = submitted_revision_ == 0 && !settings_.waits_for_text;
    if (!is_first && prompt_.revision() == prompt_revision_) return false;
    prompt_revision_ = prompt_.revision();
    const bool has_image = !settings_.image.empty();
    if (has_image && !is_first) return false;
    // Nothing to read: the last picture stays.
    if (!has_image && prompt_.text().find_first_not_of(' ') == std::string::npos) return false;
    given_up_.clear();
    ask_again();
    return true;
}

std::set<std::string> Session::wanted_methods() const {
    std::set<std::string> methods = settings_.analysis.methods;
    methods.insert(panel_methods_.begin(), panel_methods_.end());
    methods.insert(view_.quantity);
    if (!trace_) methods.insert("head_distance.within");  // what the ledger's notice is read off
    if (!view_.strip.empty()) methods.insert(view_.strip);
    if (view_.scene == SceneChoice::heads) methods.insert("patterns");
    if (view_.scene == SceneChoice::neurons) methods.insert("query_key");
    std::erase_if(methods, [this](const std::string& method) {
        const MethodRow* row = find_method(method);
        const bool is_out_of_reach = trace_ && row && row->needs != MethodNeeds::attention;
        return method == "attention" || is_out_of_reach || given_up_.contains(method);
    });
    return methods;
}

void Session::ask_for_missing() {
    const bool has_input = trace_ || submitted_revision_ > 0;
    if (!has_input || load_failed_) return;
    follow_head();
    if (std::ranges::includes(asked_methods_, wanted_methods()) && !waits_for_selected_flow()) return;
    ask_again();
}

// Queries and keys are those of the chosen head.
void Session::follow_head() {
    if (view_.scene != SceneChoice::neurons || trace_ || !frame_ || frame_->blocks.empty()) return;
    const HeadName head{shown_block(*frame_, view_).kind, head_choice_.layer, head_choice_.head};
    if (std::exchange(settings_.analysis.method.query_key_head, head) != head)
        asked_methods_.erase("query_key");
}

// The flow of the selected query comes before that of the others, also when it is selected while they are
// being computed.
bool Session::waits_for_selected_flow() const {
    const int row = view_.selected.query;
    if (row < 0 || row == asked_flow_row_ || !asked_methods_.contains("flow") || !is_computing())
        return false;
    if (!frame_ || frame_->blocks.empty()) return true;
    const AttentionBlock& block = shown_block(*frame_, view_);
    const FrameTensor* flow = drawn_tensor(block, "flow");
    if (static_cast<uint32_t>(row) >= block.queries) return false;
    return !flow || !std::isfinite((*flow->values)[static_cast<size_t>(row) * block.keys]);
}

LoadModel Session::load_of_trace() const {
    return [trace = trace_, with = trace_options_](const std::shared_ptr<LoadProgress>&) {
        return std::make_unique<TraceModel>(trace, with);
    };
}

void Session::take_trace(FramePtr trace, const MethodOptions& read_with) {
    trace_ = frame_ = std::move(trace);
    trace_options_ = read_with;
    trace_revision_ = submitted_revision_;
    given_up_.clear();
    asked_methods_ = computed_methods(*trace_);
    // Reading it gave what was to be computed of it; by other options that is not there yet.
    asked_methods_.insert(settings_.analysis.methods.begin(), settings_.analysis.methods.end());
    if (read_with != settings_.analysis.method) asked_methods_.clear();
}

void Session::ask_again() {
    if (!worker_) {
        if (!trace_) return;
        worker_ = std::make_unique<Worker>(load_of_trace(), wake_);
    }
    if (!has_pending_analysis()) asked_s_ = time_s_;
    asked_methods_ = wanted_methods();
    AnalysisRequest request;
    request.image = settings_.image;
    if (request.image.empty()) request.text = prompt_.text();
    request.pair = settings_.pair;
    request.has_pair = settings_.has_pair;
    request.target_text = settings_.target_text;
    request.has_target = settings_.has_target;
    request.generation = settings_.generation;
    request.revision = ++submitted_revision_;
    request.options = settings_.analysis;
    request.options.methods = asked_methods_;
    asked_flow_row_ = view_.selected.query;
    if (asked_flow_row_ >= 0) request.options.method.flow_first_row = asked_flow_row_;
    worker_->submit(std::move(request));
}

bool Session::has_pending_analysis() const {
    if (!worker_ || load_failed_) return false;
    const uint64_t answered = frame_ ? frame_->revision : 0;
    return std::max({answered, failed_revision_, trace_revision_}) < submitted_revision_;
}

// More will come for what was asked last.
bool Session::is_computing() const {
    if (!worker_ || load_failed_) return false;
    const bool has_part = frame_ && frame_->revision == submitted_revision_ && !frame_->complete;
    return has_pending_analysis() || (has_part && failed_revision_ < submitted_revision_);
}

std::optional<ModelSummary> Session::model() const {
    return worker_ && !trace_ ? worker_->model() : std::nullopt;
}

void Session::wait_for_analysis() {
    do {
        if (worker_) worker_->wait_idle();
        take_news();
    } while (has_pending_analysis());
    if (lasting_) throw Error(lasting_->text, lasting_->hint);
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

void Session::set_largest_layer(uint64_t bytes) {
    largest_layer_bytes_ = bytes;
    if (frame_) check_drawable(*frame_, bytes);
}

// Where it is not, says so once.
bool Session::is_drawable(const FramePtr& frame) {
    try {
        check_drawable(*frame, largest_layer_bytes_);
        return true;
    } catch (const Error& error) {
        too_large_ = frame;
        failed_revision_ = std::max(failed_revision_, frame->revision);
        set_message({error.what(), error.hint()});
        return false;
    }
}

void Session::take_news() {
    ask_for_missing();
    if (!worker_) return;
    FramePtr newest = worker_->latest();
    if (newest && newest != frame_ && newest != too_large_ && newest->revision > trace_revision_ &&
        is_drawable(newest)) {
        frame_ = std::move(newest);
        if (lasting_ && !load_failed_) {
            lasting_.reset();
            message_changed_ = true;
        }
        if (frame_->complete && !frame_->failures.empty()) {
            const auto& [method, failure] = *frame_->failures.begin();
            set_message({quantity_title(method) + ": " + failure.message, failure.hint});
        }
    }
    if (const uint64_t loaded = worker_->models_loaded(); loaded != models_seen_ && !trace_) {
        // What was asked before the first model stood waits for it in the mailbox.
        if (std::exchange(models_seen_, loaded) > 0) ask_again();
        load_failed_ = false;
    }
    while (auto failure = worker_->take_failure()) {
        load_failed_ = load_failed_ || (failure->revision == 0 && !failure->keeps_model);
        failed_revision_ = std::max(failed_revision_, failure->revision);
        // An older text's failure says nothing about what is shown now.
        if (failure->revision == 0 || failure->revision == submitted_revision_) {
            set_message({failure->message, failure->hint});
        }
    }
}

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
        before && (before->frame != plan()->frame || &shown_block(*before) != &shown_block(*plan()));
    const bool is_other_place = before_scene && before_scene->kind != scene_->kind;
    if ((is_other || is_other_place) && preset_) {
        const Camera goal = fitted(*preset_, viewport);
        const float room = goal.distance_u / animator_.camera().distance_u;
        if (is_other_place || room > overflow || room < waste) animator_.fly_to(goal, refit_s);
    }
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
    return show_ != Show::none || animator_.is_moving() || label_fades_.is_fading() || hover_is_due_ ||
           (has_pending_analysis() ? stale < 1.0f : stale > 0.0f);
}

bool Session::is_settled() const {
    return plan() && show_ == Show::none && !is_computing() && !load_fraction() && animator_.is_settled() &&
           !label_fades_.is_fading();
}

DrawList Session::draw(const Viewport& viewport, const MeasureText& measure) {
    const double dt_s = std::exchange(undrawn_s_, 0.0);
    if (!plan() || scene_->is_sheet() || view_.reduced_motion) label_fades_.cut();
    if (plan()) {
        ViewState shown = view_;
        shown.quantity = plan()->view.quantity;  // another one may be on its way
        DrawList list =
            draw_scene(*scene_, shown, animator_.motion(), animator_.camera(), time_s_, viewport, measure);
        if (scene_->is_sheet()) return list;  // nothing stands in front of a sheet
        const bool stands_at_selection = markers_.prop && !markers_.prop->at;
        add_markers(list, markers_, stands_at_selection ? selected_at() : std::nullopt, shown,
                    animator_.camera(), viewport, measure);
        label_fades_.apply(list, dt_s, measure);
        return list;
    }
    const std::optional<ModelSummary> loaded = model();
    const bool waits = worker_ && !load_failed_ && (!loaded || has_pending_analysis());
    return draw_empty_stack(view_, loaded ? loaded->name : "",
                            !waits   ? settings_.awaited
                            : loaded ? "Reading the text"
                                     : "Opening the model",
                            viewport);
}

void Session::leave_sheet() {
    if (view_.scene == SceneChoice::heads || view_.scene == SceneChoice::neurons)
        view_.scene = SceneChoice::automatic;
}

void Session::show_trace(FramePtr trace) {
    check_drawable(*trace, largest_layer_bytes_);
    if (!trace_) worker_.reset();
    load_failed_ = false;
    const bool keeps_view = frame_ && same_shape(*frame_, *trace);
    if (view_.scene == SceneChoice::neurons) leave_sheet();
    take_trace(std::move(trace), {});
    if (worker_) worker_->change_model(load_of_trace());
    ask_for_missing();
    if (keeps_view) return;
    label_fades_.cut();
    scene_.reset();
    show_everything();
}

void Session::show_everything() {
    view_.hovered = view_.selected = {};
    view_.heads.clear();
    view_.first_layer = 0;
    view_.last_layer = -1;
}

void Session::change_model(LoadModel load) {
    settings_.load_model = std::move(load);
    load_failed_ = false;
    if (trace_) worker_.reset();
    if (worker_) return worker_->change_model(settings_.load_model);
    // A trace was shown: the sentence is read anew.
    frame_.reset();
    trace_.reset();
    trace_revision_ = submitted_revision_;
    models_seen_ = 0;
    if (prompt_.text().empty()) prompt_ = PromptEdit(settings_.text);
    worker_ = std::make_unique<Worker>(settings_.load_model, wake_);
    ask_again();
}

void Session::cancel_model_change() {
    if (worker_) worker_->cancel_load();
}

std::optional<float> Session::load_fraction() const {
    return worker_ && !trace_ ? worker_->load_fraction() : std::nullopt;
}

bool Session::append_prediction(size_t index) {
    const std::optional<ModelSummary> summary = model();
    if (!summary || !summary->predicts_next_token || !frame_ || index >= frame_->predictions.size())
        return false;
    // Of an older text: a key that repeats faster than the model answers adds nothing twice.
    if (frame_->revision != submitted_revision_ || prompt_.revision() != prompt_revision_) return true;
    prompt_.move(Motion::end, false);
    return prompt_.insert(frame_->predictions[index].appended);
}

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
