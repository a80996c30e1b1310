#include "app/view_history.h"

#include "session_rig.h"

using namespace weft;

namespace {

const Viewport viewport;

// A session and what is noted of it, a second between two choices unless said otherwise.
struct Rig {
    Session session;
    ViewHistory history;
    double now_s = 0.0;

    explicit Rig(SessionSettings settings) : session(std::move(settings), {}) { note(); }
    void note(double after_s = 1.0) {
        now_s += after_s;
        session.advance(0.1, viewport);
        history.observe(choices_of(session), now_s);
    }
    void select(int query, double after_s = 1.0) {
        session.select({FocusKind::token, 0, 1, -1, query, -1, false});
        note(after_s);
    }
};

FramePtr trace() {
    return synthetic::frame(3, 2, 6, synthetic::random(4));
}

}  // namespace

TEST_CASE("choices are taken back one by one, said by name, and chosen again") {
    Rig rig(settings_of(trace()));
    ViewState& view = rig.session.view();
    CHECK_FALSE(rig.history.can_undo());
    rig.select(2);
    view.threshold.mode = ThresholdMode::top_k;
    rig.note();
    view.heads = {{1, 0}};
    rig.note();
    view.theme = ThemeName::light;
    rig.note();
    CHECK(rig.history.undo(rig.session) == "colours");
    CHECK(view.theme == ThemeName::dark);
    CHECK(view.heads.size() == 1);
    CHECK(rig.history.undo(rig.session) == "heads");
    CHECK(view.heads.empty());
    CHECK(rig.history.undo(rig.session) == "threshold");
    CHECK(view.threshold.mode == ThresholdMode::budget);
    CHECK(view.selected.query == 2);
    rig.note();  // what was taken back is no new choice
    CHECK(rig.history.redo(rig.session) == "threshold");
    CHECK(view.threshold.mode == ThresholdMode::top_k);
    CHECK(rig.history.undo(rig.session) == "threshold");
    CHECK(rig.history.undo(rig.session) == "selection");
    CHECK(view.selected.kind == FocusKind::none);
    CHECK(rig.history.undo(rig.session).empty());
    CHECK(rig.history.redo(rig.session) == "selection");
    CHECK(view.selected.query == 2);
    // Another choice leaves nothing to do again.
    rig.select(4);
    CHECK_FALSE(rig.history.can_redo());
    CHECK(rig.history.undo(rig.session) == "selection");
    CHECK(view.selected.query == 2);
}

TEST_CASE("a held key is one step, there and back again is none, and steps are bounded") {
    Rig rig(settings_of(trace()));
    for (int query = 0; query < 4; ++query) rig.select(query, query == 0 ? 1.0 : 0.1);
    CHECK(rig.history.undo(rig.session) == "selection");
    CHECK(rig.session.view().selected.kind == FocusKind::none);
    CHECK_FALSE(rig.history.can_undo());
    rig.session.view().show_labels = false;
    rig.note();
    rig.session.view().show_labels = true;
    rig.note(0.1);
    CHECK_FALSE(rig.history.can_undo());
    for (int n = 0; n < 150; ++n) rig.select(n % 5);
    int steps = 0;
    while (!rig.history.undo(rig.session).empty()) ++steps;
    CHECK(steps == static_cast<int>(ViewHistory::most_steps));
}

TEST_CASE("what the pointer, the window and a watched folder set is no choice") {
    Rig rig(settings_of(trace()));
    ViewState& view = rig.session.view();
    view.hovered = {FocusKind::token, 0, 1, -1, 3, -1, false};
    view.show_hud = false;
    view.title = "epoch 3";
    rig.note();
    CHECK_FALSE(rig.history.can_undo());
    rig.select(1);
    view.title = "epoch 4";
    rig.note();
    rig.history.undo(rig.session);
    CHECK(view.title == "epoch 4");
    CHECK_FALSE(view.show_hud);
    CHECK(view.hovered.query == 3);
}

TEST_CASE("a head that was taken away comes back, and a target that was chosen goes") {
    FakeLog log;
    Rig rig(live(log));
    rig.session.wait_for_analysis();
    rig.note();
    rig.history.forget(choices_of(rig.session));
    rig.session.set_ablations({{AttentionKind::self, 1, 0, false}});
    rig.note();
    TargetChoice target;
    target.kind = TargetChoice::Kind::norm;
    rig.session.set_target(target);
    rig.note();
    CHECK(rig.history.undo(rig.session) == "target");
    CHECK(rig.session.method_options().target == TargetChoice{});
    CHECK(rig.session.ablations().size() == 1);
    CHECK(rig.history.undo(rig.session) == "ablated heads");
    CHECK(rig.session.ablations().empty());
    rig.session.wait_for_analysis();
    CHECK(log.last().options.ablations.empty());
    CHECK(rig.history.redo(rig.session) == "ablated heads");
    rig.session.wait_for_analysis();
    CHECK(log.last().options.ablations.size() == 1);
}
