// What the session asks of the analysis, and what it takes from it.
#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "analysis/method/method_table.h"
#include "app/session.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"

namespace weft {

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

void Session::wait_for_analysis(const std::function<void()>& meanwhile) {
    do {
        if (worker_) worker_->wait_idle(meanwhile);
        take_news();
    } while (has_pending_analysis());
    if (lasting_) throw Error(lasting_->text, lasting_->hint);
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

bool Session::append_prediction(size_t index) {
    const std::optional<ModelSummary> summary = model();
    if (!summary || !summary->predicts_next_token || !frame_ || index >= frame_->predictions.size())
        return false;
    // Of an older text: a key that repeats faster than the model answers adds nothing twice.
    if (frame_->revision != submitted_revision_ || prompt_.revision() != prompt_revision_) return true;
    prompt_.move(Motion::end, false);
    return prompt_.insert(frame_->predictions[index].appended);
}

}  // namespace weft
