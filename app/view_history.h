// Steps back and forth through what the user chose to see: what is selected and shown, how, of which target,
// with which heads taken away. Not the camera, which has saved places. Main thread.
#pragma once

#include <deque>
#include <string>

#include "app/session.h"

namespace weft {

// What one step restores. A value.
struct ViewChoices {
    ViewState view;  // without what the pointer, the window and the watched folder set
    HeadChoice head;
    std::vector<HeadAblation> ablations;
    TargetChoice target;
    bool operator==(const ViewChoices&) const = default;
};
ViewChoices choices_of(const Session& session);
// Everything of `choices` that still means something: the session drops what its frame does not have.
void restore(Session& session, const ViewChoices& choices);
// What differs, in the words of the panels: "selection", "ablated heads"; "" where nothing does.
std::string difference(const ViewChoices& before, const ViewChoices& after);

class ViewHistory {
  public:
    static constexpr size_t most_steps = 100;
    // The same thing changed again within this time is one step: a held key, a wheel.
    static constexpr double merges_s = 0.6;

    // Remembers what was before, if `now` differs. Before each frame.
    void observe(const ViewChoices& now, double now_s);
    // Takes `now` as it is, without a step: the program changed it, not the user.
    void accept(const ViewChoices& now) { last_ = now; }
    void forget(const ViewChoices& now);  // another model or trace: its choices mean nothing here

    bool can_undo() const { return !undone_.empty(); }
    bool can_redo() const { return !redone_.empty(); }
    // Restores, and returns what was changed; "" where there is no step.
    std::string undo(Session& session);
    std::string redo(Session& session);

  private:
    struct Step {
        ViewChoices choices;
        std::string what;
    };
    std::string step(std::deque<Step>& from, std::deque<Step>& to, Session& session);

    ViewChoices last_;
    std::deque<Step> undone_, redone_;  // newest last: what was before, what was taken back
    double changed_s_ = -1.0;
    bool has_last_ = false;
};

}  // namespace weft
