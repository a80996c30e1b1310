// Where the session's numbers come from, a model or a recorded trace, and how large they may be.
#include <algorithm>

#include "analysis/attention_extent.h"
#include "analysis/error.h"
#include "analysis/trace_model.h"
#include "app/session.h"

namespace weft {

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

std::optional<ModelSummary> Session::model() const {
    return worker_ && !trace_ ? worker_->model() : std::nullopt;
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

}  // namespace weft
