// What the session shows of the attention: quantities, their methods, targets and options.
#include <algorithm>

#include "analysis/method/method_table.h"
#include "app/session.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"

namespace weft {

std::set<std::string> Session::computed_methods(const AttentionFrame& frame) {
    std::set<std::string> methods;
    for (const AttentionBlock& block : frame.blocks)
        for (const auto& [name, tensor] : block.quantities) methods.insert(name.substr(0, name.find('.')));
    return methods;
}

std::optional<SessionMessage> Session::refusal(const std::string& method) const {
    const MethodRow* row = find_method(method);
    if (!row) return SessionMessage{"there is no method '" + method + "'", ""};
    if (trace_ && row->needs != MethodNeeds::attention)
        return SessionMessage{
            "'" + method + "' needs the model: a trace holds its attention alone",
            "Open the model itself, or choose what attention alone gives, such as rollout or flow."};
    if (!frame_ || frame_->blocks.empty()) return std::nullopt;
    const AttentionKind kind = shown_block(*frame_, view_).kind;
    if (kind == AttentionKind::cross && !row->has_cross)
        return SessionMessage{"'" + method + "' is not defined for " + attention_title(kind),
                              "Choose the encoder or the decoder, or entropy."};
    if (frame_->revision != submitted_revision_) return std::nullopt;
    if (const auto failed = frame_->failures.find(method); failed != frame_->failures.end())
        return SessionMessage{row->title + ": " + failed->second.message, failed->second.hint};
    return std::nullopt;
}

// Back to what the picture shows.
void Session::refuse_quantity() {
    const std::string refused = std::exchange(view_.quantity, plan() ? plan()->view.quantity : "attention");
    if (!has_quantity(*frame_, view_)) view_.quantity = "attention";
    if (given_up_.contains(refused)) return;  // whoever stopped it was told
    const AttentionKind kind = shown_block(*frame_, view_).kind;
    const std::string of = kind == AttentionKind::self ? "this attention" : attention_title(kind);
    SessionMessage message{"the model gives no '" + refused + "' for " + of, ""};
    if (const auto reason = refusal(refused)) message = *reason;
    if (plan()) message.text += ": showing " + view_.quantity;
    set_message(std::move(message));
}

void Session::set_attention(AttentionKind kind) {
    if (frame_ && !find_block(*frame_, kind)) {
        std::string has;
        for (const AttentionBlock& block : frame_->blocks)
            has += (has.empty() ? "" : ", ") + attention_name(block.kind);
        throw UsageError("there is no attention '" + attention_name(kind) + "' here",
                         "There is: " + has + ".");
    }
    const bool is_shown = frame_ && shown_block(*frame_, view_).kind == kind;
    view_.attention = kind;
    if (is_shown) return;
    show_everything();
    if (preset_ == CameraPreset::token) show_preset(CameraPreset::default_view);
}

void Session::set_quantity(const std::string& name) {
    given_up_.erase(name);
    view_.quantity = name;
}

void Session::want(std::set<std::string> methods) {
    // Asked for anew: whoever gave it up changed their mind.
    for (const std::string& method : methods)
        if (!panel_methods_.contains(method)) given_up_.erase(method);
    panel_methods_ = std::move(methods);
}

void Session::set_method_options(MethodOptions options) {
    if (options == settings_.analysis.method) return;
    settings_.analysis.method = std::move(options);
    given_up_.clear();
    asked_methods_.clear();
    if (trace_ || submitted_revision_ > 0) ask_again();
}

void Session::set_target(TargetChoice target) {
    MethodOptions options = settings_.analysis.method;
    options.target = std::move(target);
    set_method_options(std::move(options));
}

void Session::set_ablations(std::vector<HeadAblation> heads) {
    if (trace_)
        throw UsageError("heads of a recorded trace cannot be ablated: there is no model behind it",
                         "Open the model itself: weft view --model NAME.");
    std::ranges::sort(heads);
    heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
    if (heads == settings_.analysis.ablations) return;
    settings_.analysis.ablations = std::move(heads);
    if (submitted_revision_ > 0) ask_again();
}

std::optional<MethodProgress> Session::method_progress() const {
    return worker_ ? worker_->analysis_progress() : std::nullopt;
}

bool Session::can_cancel_method() const {
    const std::optional<MethodProgress> progress = method_progress();
    return progress && progress->method != "attention";
}

void Session::cancel_method() {
    const std::optional<MethodProgress> progress = method_progress();
    if (!progress || !can_cancel_method()) return;
    worker_->cancel_method();
    given_up_ = asked_methods_;
    if (frame_)
        for (const std::string& method : computed_methods(*frame_)) given_up_.erase(method);
    for (const std::string& method : given_up_) asked_methods_.erase(method);
    const int percent = static_cast<int>(100.0f * progress->fraction);
    set_message({"stopped " + quantity_title(progress->method) + " at " + std::to_string(percent) + " %",
                 "Choose it again, or change the text, to compute it.", true});
}

void Session::next_quantity() {
    std::vector<std::string> names{"attention", "rollout", "entropy"};
    ViewState wanted = view_;
    for (const MethodRow& row : method_table()) {
        wanted.quantity = row.name;
        if (std::ranges::find(names, row.name) == names.end() && frame_ && has_quantity(*frame_, wanted))
            names.push_back(row.name);
    }
    const auto now = static_cast<size_t>(std::ranges::find(names, view_.quantity) - names.begin());
    for (size_t step = 1; step <= names.size(); ++step) {
        wanted.quantity = names[(now + step) % names.size()];
        if (!frame_ || !frame_->complete || has_quantity(*frame_, wanted)) break;
    }
    set_quantity(wanted.quantity);
}

}  // namespace weft
