// The program's state without window and device: prompt, analysis, choices, camera. It turns time into
// DrawLists, the same way in the window, for a picture and for a recording; with a fixed time step and
// awaited analysis the same inputs give the same DrawLists. Owned by the frame loop; main thread (the worker
// inside has its own).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "analysis/worker.h"
#include "app/prompt_edit.h"
#include "scenes/animator.h"
#include "scenes/camera_path.h"
#include "scenes/label_fades.h"
#include "scenes/markers.h"
#include "scenes/place_fade.h"
#include "scenes/saved_place.h"
#include "scenes/scene.h"
#include "scenes/view_state.h"

namespace weft {

struct SessionSettings {
    LoadModel load_model;  // empty: `trace` is shown
    FramePtr trace;
    std::string awaited;  // what is waited for where there is neither: "a trace in 'runs'"
    std::string text;
    std::string pair;
    bool has_pair = false;
    std::string target_text;  // of the decoder, if `has_target`
    bool has_target = false;
    GenerationOptions generation;
    std::string image;         // of a vision model, instead of the text
    AnalysisOptions analysis;  // its methods: those that are computed whatever is shown
    ViewState view;
    CameraPreset preset = CameraPreset::default_view;
    std::optional<Camera> camera;  // instead of the preset
    Markers markers;
    bool shows_path = false;
    bool plays_intro = false;
    bool waits_for_text = false;  // an empty text is the start of typing, not a mistake
};

// What went wrong or was done last, shown beside the last good picture.
struct SessionMessage {
    std::string text, hint;
    bool passes = false;  // says what was done, and goes by itself
};

// Camera and motion on rails: the first start's introduction, the default path of a video.
enum class Show { none, intro, path };

// The 3D picture and the matrix speak of one head; both follow the selection.
struct HeadChoice {
    int layer = 0, head = 0;
    bool operator==(const HeadChoice&) const = default;
};

// The wave rests while somebody types and begins anew so long after the last key: a pulse is a pass over the
// whole sentence, and no frame of it is under way when the next key comes.
constexpr double wave_rests_s = 0.6;

class Session {
  public:
    // `wake` (may be empty) is called from the worker's thread when there is something new.
    Session(SessionSettings settings, std::function<void()> wake);

    PromptEdit& prompt() { return prompt_; }
    const PromptEdit& prompt() const { return prompt_; }
    ViewState& view() { return view_; }
    const ViewState& view() const { return view_; }
    Animator& animator() { return animator_; }
    const Animator& animator() const { return animator_; }

    // Sends the prompt to the analysis if it changed. Returns true then.
    bool submit_prompt();
    bool has_pending_analysis() const;  // asked, not yet answered nor failed
    // A text can be typed.
    bool is_live() const { return worker_ != nullptr && !trace_ && settings_.image.empty(); }
    // For programs without a window: returns when everything asked is answered. Throws the analysis' failure.
    void wait_for_analysis(const std::function<void()>& meanwhile = {});

    // Takes what the analysis posted without planning or drawing: has_pending_analysis() is up to date after
    // it. Asks for what is shown and was not asked for yet.
    void take_news();
    // True once after each change of message().
    bool take_message_change() { return std::exchange(message_changed_, false); }

    // Takes the news, plans again where needed, moves what moves.
    void advance(double dt_s, const Viewport& viewport);
    // The next frame, after advance(). Needs a plan: without one the ground, the title and what is awaited.
    DrawList draw(const Viewport& viewport, const MeasureText& measure);
    bool is_moving() const;
    bool is_settled() const;  // all that was asked for is there; a wave may run

    // From a sheet (all heads, queries and keys) back to the place that was left for it.
    void leave_sheet();
    bool shows_sheet() const { return scene_ && scene_->is_sheet(); }
    void show_preset(CameraPreset preset, bool at_once = false);
    void set_fold(bool folded, bool at_once = false);
    void set_stack(bool stacked, bool at_once = false);
    // Another model reads the same text; the picture stays until the new one's is there.
    void change_model(LoadModel load);
    void cancel_model_change();                  // the model before goes on
    std::optional<float> load_fraction() const;  // 0 to 1 while a model is loading
    // The text goes on with the frame's prediction; false where there is none or it is of an older text.
    bool append_prediction(size_t index);
    // Attention with more than so many bytes a layer is refused from now on, the last good picture stays.
    // Throws weft::Error that says what would fit where a trace that is shown already is larger.
    void set_largest_layer(uint64_t bytes);
    // Instead of the live analysis. One of the same shape as what is shown keeps view, selection and camera.
    void show_trace(FramePtr trace);
    // What the lines show, by a name of method_table(). Computed if it is not there; the picture stays until
    // then. What cannot be is a message with the reason, and the picture stays as well.
    void set_quantity(const std::string& name);
    // Methods that are shown beside the view's quantity and strip. Replaces those wanted before; what was
    // computed is kept.
    void want(std::set<std::string> methods);
    // Why the input cannot have a method. Empty: it can, or it is not known yet.
    std::optional<SessionMessage> refusal(const std::string& method) const;
    const MethodOptions& method_options() const { return settings_.analysis.method; }
    void set_method_options(MethodOptions options);  // all that is shown is computed anew where it reads them
    void set_target(TargetChoice target);
    const std::vector<HeadAblation>& ablations() const { return settings_.analysis.ablations; }
    void set_ablations(std::vector<HeadAblation> heads);    // throws UsageError for a trace
    std::optional<MethodProgress> method_progress() const;  // of what is computed now, attention too
    bool can_cancel_method() const;  // not the attention: without it there is nothing to show
    void cancel_method();            // and all costly ones after it; the picture stays with what it has
    // Of two stacks: which attention is shown. Throws UsageError if the frame does not have it.
    void set_attention(AttentionKind kind);
    // After `quantity` of the view: attention, rollout, entropy, then what else was computed.
    void next_quantity();
    void enter_head(HeadChoice choice, bool at_once = false);
    // What lies under the pointer. Under one that rests nothing changes while the picture is carried past it,
    // by a transition or by `flies`, a flight of the user's hands: it is looked for anew when that has ended,
    // and until then the session moves.
    void hover(glm::vec2 pointer_px, const Viewport& viewport, bool out_of_key, bool flies = false);
    void set_hovered(const Focus& focus) {
        view_.hovered = focus;
        pointed_at_.reset();
        hover_is_due_ = false;
    }
    // Of several attentions in one picture, the one of `focus` comes to the front.
    void select(const Focus& focus);
    // A focus on the attention that is shown, from how its plan has it (block 0) to how the picture has it,
    // and back: none where another attention is meant.
    Focus in_picture(Focus focus) const;
    Focus in_plan(Focus focus) const;
    void choose_head(HeadChoice choice);
    void camera_taken_by_hand();  // stops flights and refits
    SavedPlace here() const;      // what is seen now, or where a flight leads; without name and key
    void go_to(const SavedPlace& place, bool at_once);
    bool frame_selection();  // flies so that it fills the picture; false: nothing is selected
    std::optional<glm::vec3> selection_pivot() const;  // its middle, for turning around it
    Markers& markers() { return markers_; }            // its path is the session's own
    void show_path(bool shown);                        // cameras along the default path
    bool shows_path() const { return shows_path_; }
    void play(Show show, double from_s = 0.0);
    void end_show();  // the introduction at its last state, the path where it is

    const Scene* scene() const { return scene_.get(); }
    // The place has all layers, of which one is open.
    bool opens_layers() const { return scene_ && scene_->kind == SceneKind::image_stack; }
    void open_layer(int layer) { choose_head({layer, head_choice_.head}); }
    int opened_layer() const { return head_choice_.layer; }
    // The layer whose closed pane is under the pointer.
    std::optional<int> closed_layer_at(glm::vec2 pointer_px, const Viewport& viewport) const;
    // Of the attention that is shown, in any scene.
    const TextStackPlan* plan() const { return scene_ ? scene_->stack.get() : nullptr; }
    FramePtr frame() const { return frame_; }  // newest; may hold more quantities than the plan's
    // Layer 0 where one gap stands for all layers.
    HeadChoice head_choice() const {
        return {plan() && plan()->joins_ends ? 0 : head_choice_.layer, head_choice_.head};
    }
    std::optional<CameraPreset> preset() const { return preset_; }
    bool is_folded() const { return folded_; }
    bool is_stacked() const { return stacked_; }
    Show show() const { return show_; }
    // What passes stands before what stays, and gives way to it.
    const std::optional<SessionMessage>& message() const { return passing_ ? passing_ : lasting_; }
    void set_message(SessionMessage message);
    void clear_message();
    std::optional<ModelSummary> model() const;
    double time_s() const { return time_s_; }
    uint64_t submitted_revision() const { return submitted_revision_; }
    uint64_t shown_revision() const { return plan() ? plan()->frame->revision : 0; }

  private:
    // What a frame holds, by the methods' names.
    static std::set<std::string> computed_methods(const AttentionFrame& frame);
    static constexpr double refit_s = 0.4;  // a docked panel, a longer text

    void ask_again();
    void ask_for_missing();
    void follow_head();
    bool waits_for_selected_flow() const;
    std::set<std::string> wanted_methods() const;
    LoadModel load_of_trace() const;
    void take_trace(FramePtr trace, const MethodOptions& read_with);
    bool is_computing() const;
    bool is_drawable(const FramePtr& frame);
    void update_plan();
    void follow_choices();
    void open_panes(bool at_once);
    void refuse_quantity();
    void show_everything();
    void drop_focus_out_of_range();
    void refit(const Viewport& viewport);
    void move_to_preset(bool at_once);
    void play_show(double dt_s, const Viewport& viewport);
    void take_pose(const PathPose& pose);
    Camera fitted(CameraPreset preset, const Viewport& viewport) const;
    Focus preset_focus(CameraPreset preset) const;
    ViewMotion settled_motion() const;
    std::vector<glm::vec3> selected_points() const;
    std::optional<glm::vec3> selected_at() const;
    void update_path_markers();

    SessionSettings settings_;
    PromptEdit prompt_;
    ViewState view_;
    Animator animator_;
    LabelFades label_fades_;
    PlaceFade place_fade_;
    double undrawn_s_ = 0.0;  // since the last frame
    FramePtr frame_;
    std::shared_ptr<const Scene> scene_;
    std::optional<CameraPreset> preset_;  // empty once the camera was moved by hand
    Viewport viewport_;
    Markers markers_;
    bool shows_path_ = false;
    std::shared_ptr<const Scene> path_of_;  // that the path's markers stand in
    bool has_viewport_ = false, folded_ = false, stacked_ = false;
    struct PointedAt {
        glm::vec2 px{0.0f};
        bool out_of_key = false;
        bool operator==(const PointedAt&) const = default;
    };
    std::optional<PointedAt> pointed_at_;  // where view_.hovered was looked for
    bool hover_is_due_ = false;            // it was kept while the picture was carried past the pointer
    HeadChoice head_choice_;
    int token_choice_ = 0;  // that CameraPreset::token follows
    std::optional<SessionMessage> lasting_, passing_;
    Show show_ = Show::none;
    double time_s_ = 0.0, asked_s_ = 0.0, show_s_ = 0.0;
    FramePtr too_large_;  // the last one that was refused
    uint64_t largest_layer_bytes_ = UINT64_MAX;
    uint64_t submitted_revision_ = 0, prompt_revision_ = 0, failed_revision_ = 0, models_seen_ = 0;
    FramePtr trace_;                       // instead of a model: as it was read
    MethodOptions trace_options_;          // that it was read with
    uint64_t trace_revision_ = 0;          // what was asked up to here was asked of another trace
    std::set<std::string> panel_methods_;  // want()
    std::set<std::string> asked_methods_;  // of the last request
    std::set<std::string> given_up_;       // cancelled for this input
    int asked_flow_row_ = -1;              // that the last request computes first
    bool load_failed_ = false, message_changed_ = false;
    std::function<void()> wake_;
    std::unique_ptr<Worker> worker_;  // last: its thread ends before the rest goes
};

}  // namespace weft
