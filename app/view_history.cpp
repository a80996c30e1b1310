#include "app/view_history.h"

namespace weft {

ViewChoices choices_of(const Session& session) {
    ViewChoices choices{session.view(),
                        {session.opened_layer(), session.head_choice().head},
                        session.ablations(),
                        session.method_options().target};
    ViewState& view = choices.view;
    view.hovered = {};
    view.opened_layer = -1;  // that of the chosen head
    view.show_hud = true;
    view.title.clear();
    view.hint.clear();
    return choices;
}

void restore(Session& session, const ViewChoices& choices) {
    ViewState view = choices.view;
    const ViewState& now = session.view();
    view.hovered = now.hovered;
    view.show_hud = now.show_hud;
    view.title = now.title;
    view.hint = now.hint;
    session.choose_head(choices.head);
    session.view() = std::move(view);
    if (choices.ablations != session.ablations()) session.set_ablations(choices.ablations);
    session.set_target(choices.target);
}

std::string difference(const ViewChoices& before, const ViewChoices& after) {
    const ViewState &a = before.view, &b = after.view;
    if (before.ablations != after.ablations) return "ablated heads";
    if (before.target != after.target) return "target";
    if (a.scene != b.scene) return "place";
    if (a.quantity != b.quantity || a.strip != b.strip) return "quantity";
    if (a.attention != b.attention) return "attention in front";
    if (a.first_layer != b.first_layer || a.last_layer != b.last_layer) return "layers";
    if (a.heads != b.heads) return "heads";
    if (!(a.threshold == b.threshold)) return "threshold";
    if (a.sinks != b.sinks) return "sinks";
    if (a.segments != b.segments) return "segments";
    if (a.fold_neighbours != b.fold_neighbours) return "neighbours";
    if (a.selected != b.selected) return "selection";
    if (before.head != after.head) return "chosen head";
    if (!(a.image == b.image)) return "look of the image";
    if (a.theme != b.theme || a.palette != b.palette || a.map != b.map) return "colours";
    if (a.show_labels != b.show_labels) return "words";
    if (a.arrows != b.arrows) return "arrows";
    if (!(before == after)) return "motion";
    return "";
}

void ViewHistory::observe(const ViewChoices& now, double now_s) {
    if (!has_last_) return forget(now);
    const std::string what = difference(last_, now);
    if (what.empty()) return;
    const bool goes_on =
        !undone_.empty() && undone_.back().what == what && now_s - changed_s_ < merges_s && redone_.empty();
    if (!goes_on) undone_.push_back({last_, what});
    if (undone_.back().choices == now) undone_.pop_back();  // there and back again
    if (undone_.size() > most_steps) undone_.pop_front();
    redone_.clear();
    last_ = now;
    changed_s_ = now_s;
}

void ViewHistory::forget(const ViewChoices& now) {
    undone_.clear();
    redone_.clear();
    last_ = now;
    has_last_ = true;
}

std::string ViewHistory::step(std::deque<Step>& from, std::deque<Step>& to, Session& session) {
    if (from.empty()) return "";
    Step taken = std::move(from.back());
    from.pop_back();
    to.push_back({choices_of(session), taken.what});
    restore(session, taken.choices);
    last_ = choices_of(session);
    changed_s_ = -merges_s;
    return taken.what;
}

std::string ViewHistory::undo(Session& session) {
    return step(undone_, redone_, session);
}

std::string ViewHistory::redo(Session& session) {
    return step(redone_, undone_, session);
}

}  // namespace weft
