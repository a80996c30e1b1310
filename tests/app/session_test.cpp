#include "app/session.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <thread>

#include "analysis/error.h"
#include "analysis/method/frame_steps.h"
#include "scenes/shown_block.h"
#include "tests/scenes/synthetic_image.h"

using namespace weft;
using Catch::Contains;

namespace {

SessionSettings settings_of(FramePtr trace, ViewState view = {}) {
    SessionSettings settings;
    settings.trace = std::move(trace);
    settings.view = std::move(view);
    return settings;
}

const FramePtr two_stacks = synthetic::two_stacks(3, 2, 5, 8, synthetic::random(4));

}  // namespace

TEST_CASE("the attention that is shown can be chosen, and what was selected in another is let go") {
    ViewState panes;
    panes.scene = SceneChoice::stack;
    Session session(settings_of(two_stacks, panes), {});
    session.advance(0.0, {});
    CHECK(shown_block(*session.plan()).kind == AttentionKind::encoder);
    session.select({FocusKind::token, 0, 1, -1, 4, -1, false});
    session.set_attention(AttentionKind::cross);
    CHECK(session.view().selected.kind == FocusKind::none);
    session.advance(0.0, {});
    CHECK(shown_block(*session.plan()).kind == AttentionKind::cross);
    CHECK(session.plan()->blocks[0].columns == 5);
    CHECK(session.plan()->blocks[0].rows == 8);
    CHECK_FALSE(session.message());
}

TEST_CASE("attention larger than can be drawn is refused, and the last good picture stays") {
    const FramePtr small = synthetic::frame(2, 2, 4, synthetic::uniform());
    Session session(settings_of(small), {});
    session.set_largest_layer(2 * 8 * 8 * sizeof(float));
    session.advance(0.0, {});
    CHECK_NOTHROW(session.show_trace(synthetic::frame(2, 2, 8, synthetic::uniform())));
    session.advance(0.0, {});
    CHECK(session.plan()->blocks[0].rows == 8);
    CHECK_THROWS_WITH(session.show_trace(synthetic::frame(2, 2, 9, synthetic::uniform())),
                      Contains("2 heads x 9 tokens"));
    session.advance(0.0, {});
    CHECK(session.plan()->blocks[0].rows == 8);
    CHECK_THROWS_WITH(session.set_largest_layer(100), Contains("can be drawn"));
}

TEST_CASE("between two towers what is selected brings its attention to the front") {
    Session session(settings_of(two_stacks), {});
    session.advance(0.0, {});
    REQUIRE(session.scene()->kind == SceneKind::two_towers);
    CHECK(shown_block(*session.plan()).kind == AttentionKind::cross);
    const Focus in_encoder{FocusKind::edge, 0, 2, 1, 3, 1, false};
    CHECK(session.in_plan(in_encoder).kind == FocusKind::none);
    session.select(in_encoder);
    CHECK(shown_block(*session.plan()).kind == AttentionKind::encoder);
    CHECK(session.view().selected == in_encoder);
    CHECK(session.in_plan(in_encoder) == in_encoder);
    CHECK(session.head_choice() == HeadChoice{2, 1});
    session.enter_head({1, 0});
    CHECK(session.view().selected == Focus{FocusKind::head, 0, 1, 0, -1, -1, false});
    session.set_attention(AttentionKind::decoder);
    session.advance(0.0, {});
    session.choose_head({0, 1});
    session.enter_head({0, 1});
    CHECK(session.view().selected.block == 1);
    const auto before = session.scene();
    session.advance(0.01, {});
    CHECK(session.scene() == before);  // nothing to plan again
}

TEST_CASE("what a trace does not have cannot be chosen") {
    Session session(settings_of(synthetic::frame(2, 2, 4, synthetic::uniform())), {});
    session.advance(0.0, {});
    CHECK_THROWS_WITH(session.set_attention(AttentionKind::cross), Contains("'cross'"));
}

TEST_CASE("an attention asked for at the start that is not there is a message, and the first is shown") {
    ViewState view;
    view.attention = AttentionKind::cross;
    Session session(settings_of(synthetic::frame(2, 2, 4, synthetic::uniform()), view), {});
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("'cross'"));
    CHECK(shown_block(*session.plan()).kind == AttentionKind::self);
}

TEST_CASE("who stands in a head or along a token stays in one that is there") {
    const auto frame = synthetic::two_stacks(3, 4, 12, 5, synthetic::random(4));
    AttentionBlock& cross = frame->blocks[2];
    cross.heads = 2;
    for (auto& weights : cross.layer_weights)
        weights = std::make_shared<std::vector<float>>(weights->begin(), weights->begin() + 2 * 5 * 12);
    Session session(settings_of(frame), {});
    session.set_attention(AttentionKind::encoder);
    session.advance(0.0, {});
    session.enter_head({2, 3}, true);
    session.set_attention(AttentionKind::cross);
    session.advance(2.0, {});
    CHECK(session.head_choice() == HeadChoice{2, 1});
    CHECK(session.animator().motion().inside_head == 1);
    CHECK_FALSE(session.draw({}, {}).flows.empty());
    session.set_attention(AttentionKind::encoder);
    session.advance(0.0, {});
    session.select({FocusKind::token, 0, 1, -1, 11, -1, false});
    session.show_preset(CameraPreset::token, true);
    session.set_attention(AttentionKind::decoder);  // of five tokens
    session.advance(2.0, {});
    CHECK(session.preset() == CameraPreset::default_view);
    CHECK_FALSE(session.draw({}, {}).flows.empty());
}

TEST_CASE("rollout of cross-attention is a message and the picture stays as it was") {
    Session session(settings_of(two_stacks), {});
    session.set_attention(AttentionKind::cross);
    session.view().quantity = "entropy";
    session.advance(0.0, {});
    session.view().quantity = "rollout";
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("'rollout'") && Contains("cross-attention"));
    CHECK(session.view().quantity == "entropy");
    CHECK(session.plan()->view.quantity == "entropy");
    CHECK_FALSE(session.plan()->blocks.empty());
}

TEST_CASE("coming from rollout to cross-attention shows attention and says why") {
    Session session(settings_of(two_stacks), {});
    session.view().quantity = "rollout";
    session.advance(0.0, {});
    CHECK(session.plan()->lanes == 1);
    session.set_attention(AttentionKind::cross);
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK(session.view().quantity == "attention");
    CHECK(session.plan()->lanes == 2);
}

TEST_CASE("the next quantity of cross-attention skips rollout") {
    Session session(settings_of(two_stacks), {});
    session.advance(0.0, {});
    session.next_quantity();
    CHECK(session.view().quantity == "rollout");
    session.view().quantity = "attention";
    session.set_attention(AttentionKind::cross);
    session.next_quantity();
    CHECK(session.view().quantity == "entropy");
    session.next_quantity();
    CHECK(session.view().quantity == "attention");
}

TEST_CASE("a trace of the same shape keeps what is chosen, one of another shape shows all") {
    Session session(settings_of(synthetic::frame(3, 2, 6, synthetic::random(1))), {});
    session.advance(0.0, {});
    session.view().first_layer = session.view().last_layer = 1;
    session.choose_head({2, 1});
    const auto next = synthetic::frame(3, 2, 6, synthetic::random(2));
    next->provenance.is_trace = true;
    session.show_trace(next);
    session.advance(0.0, {});
    CHECK(session.plan()->frame == next);
    CHECK(session.view().last_layer == 1);
    CHECK(session.head_choice() == HeadChoice{2, 1});
    // Nothing of the trace before is in it.
    const auto alone = plan_text_stack(next, session.view(), nullptr);
    for (size_t l = 0; l < 3; ++l) CHECK(session.plan()->layers[l].rung == alone->layers[l].rung);
    session.show_trace(synthetic::frame(2, 2, 6, synthetic::random(2)));
    session.advance(0.0, {});
    CHECK(session.view().last_layer == -1);
    CHECK(session.plan()->layers.size() == 2);
}

TEST_CASE("a selection that a shorter text does not have is let go") {
    Session session(settings_of(synthetic::frame(3, 2, 9, synthetic::random(1))), {});
    session.advance(0.0, {});
    session.select({FocusKind::token, 0, 1, -1, 8, -1, false});
    const auto shorter = synthetic::frame(3, 2, 4, synthetic::random(2));
    shorter->provenance.is_trace = true;
    session.show_trace(shorter);
    session.advance(0.0, {});
    CHECK(session.view().selected.kind == FocusKind::none);
}

TEST_CASE("without model and trace a session waits for one") {
    SessionSettings settings;
    settings.awaited = "Waiting for a trace in runs";
    Session session(std::move(settings), {});
    session.advance(0.0, {});
    CHECK_FALSE(session.plan());
    const DrawList list = session.draw({}, {});
    CHECK(list.labels.back().text == "Waiting for a trace in runs");
    session.show_trace(two_stacks);
    session.advance(0.0, {});
    CHECK(session.plan());
}

namespace {

FrameTensor numbers(std::vector<int64_t> shape, size_t count, float value) {
    return {std::move(shape), std::make_shared<const std::vector<float>>(count, value)};
}

struct FakeLog {
    std::mutex mutex;
    std::vector<AnalysisRequest> requests;
    std::map<std::string, int> computed;
    std::atomic<bool> holds{false};  // costly methods go on until they are stopped

    AnalysisRequest last() {
        const std::lock_guard lock(mutex);
        return requests.back();
    }
    size_t count() {
        const std::lock_guard lock(mutex);
        return requests.size();
    }
    int computed_of(const std::string& method) {
        const std::lock_guard lock(mutex);
        return computed[method];
    }
};

// Two layers of two heads over the text's words; all methods of one number, "grad_cam" fails.
class FakeModel : public Model {
  public:
    explicit FakeModel(FakeLog& log) : log_(log) { summary_.name = "fake"; }
    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override {
        {
            const std::lock_guard lock(log_.mutex);
            log_.requests.push_back(request);
        }
        const int count = 1 + static_cast<int>(std::ranges::count(request.text, ' '));
        AttentionFrame frame = *synthetic::frame(2, 2, count, synthetic::uniform());
        frame.revision = request.revision;
        std::vector<FrameStep> steps;
        const size_t square = static_cast<size_t>(count * count);
        const auto add = [&](const char* name, FrameTensor tensor) {
            if (!request.options.wants(name)) return;
            steps.push_back(
                {name, false, [this, name, tensor](AttentionFrame& its, const StepContext& context) {
                     while (log_.holds && !context.stop()) std::this_thread::yield();
                     if (context.stop()) return false;
                     if (name == std::string("grad_cam")) throw Error("no gradient here", "None.");
                     const std::lock_guard lock(log_.mutex);
                     ++log_.computed[name];
                     its.target = ExplainedTarget{"norm", -1, -1, "", 2.0, false};
                     its.blocks[0].quantities[name] = tensor;
                     return true;
                 }});
        };
        add("relevance", numbers({count, count}, square, 0.5f));
        add("gradient_attention", numbers({2, 2, count, count}, 4 * square, -0.5f));
        add("head_importance", numbers({2, 2}, 4, 0.5f));
        add("grad_cam", numbers({count}, static_cast<size_t>(count), 0.5f));
        return run_steps(frame, request, std::move(steps), superseded, post);
    }

  private:
    FakeLog& log_;
    ModelSummary summary_;
};

SessionSettings live(FakeLog& log, const char* text = "one two three") {
    SessionSettings settings;
    settings.text = text;
    settings.analysis.keeps_going = true;
    settings.load_model = [&log](const std::shared_ptr<LoadProgress>&) {
        return std::make_unique<FakeModel>(log);
    };
    return settings;
}

void settle(Session& session) {
    session.advance(0.0, {});
    for (int i = 0; i < 20'000 && !session.is_settled(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        session.advance(1.0, {});
    }
    REQUIRE(session.is_settled());
}

}  // namespace

TEST_CASE("a text whose attention is larger than can be drawn leaves the last good picture and a message") {
    FakeLog log;
    Session session(live(log), {});
    session.set_largest_layer(2 * 3 * 3 * sizeof(float));
    settle(session);
    REQUIRE(session.plan());
    CHECK_FALSE(session.message());
    session.prompt().set_text("one two three four");
    REQUIRE(session.submit_prompt());
    settle(session);
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("2 heads x 4 tokens"));
    CHECK_THAT(session.message()->hint, Contains("3 tokens"));
    CHECK(session.plan()->blocks[0].rows == 3);
    CHECK_FALSE(session.has_pending_analysis());
    session.prompt().set_text("one two");
    REQUIRE(session.submit_prompt());
    settle(session);
    CHECK_FALSE(session.message());
    CHECK(session.plan()->blocks[0].rows == 2);
}

TEST_CASE("a quantity that is chosen is computed, and the picture stays until it is there") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    CHECK(log.count() == 1);
    CHECK(log.last().options.methods == std::set<std::string>{"entropy", "head_distance.within", "rollout"});
    log.holds = true;
    session.set_quantity("relevance");
    session.advance(0.0, {});
    CHECK(log.last().text == "one two three");
    while (!session.method_progress()) std::this_thread::yield();
    CHECK(session.method_progress()->method == "relevance");
    session.advance(0.0, {});
    CHECK(session.plan()->view.quantity == "attention");
    CHECK(session.view().quantity == "relevance");
    CHECK_FALSE(session.is_settled());
    // What is drawn meanwhile says what it is.
    CHECK(session.plan()->lanes == 2);
    session.view().theme = ThemeName::light;
    session.advance(0.0, {});
    CHECK(session.plan()->view.theme == ThemeName::light);
    log.holds = false;
    settle(session);
    CHECK(session.plan()->view.quantity == "relevance");
    CHECK(session.plan()->joins_ends);
    CHECK_FALSE(session.message());
    // And back: nothing is computed twice.
    session.set_quantity("attention");
    settle(session);
    session.set_quantity("relevance");
    settle(session);
    CHECK(log.computed_of("relevance") == 1);
}

TEST_CASE("what panels want is computed beside the quantity, once, and a new text asks for all of it") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    for (int frame = 0; frame < 3; ++frame) {
        session.want({"head_importance"});
        settle(session);
    }
    CHECK(log.count() == 2);
    CHECK(log.computed_of("head_importance") == 1);
    CHECK(session.frame()->blocks[0].quantities.contains("head_importance"));
    session.prompt().insert(" four");
    REQUIRE(session.submit_prompt());
    settle(session);
    CHECK(log.last().options.wants("head_importance"));
    CHECK(session.frame()->stacks[0].tokens.size() == 4);
    session.want({});
    session.prompt().insert(" five");
    session.submit_prompt();
    settle(session);
    CHECK_FALSE(log.last().options.wants("head_importance"));
}

TEST_CASE("another target, other options and ablated heads ask for the same text again") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    session.set_target(parse_target("cat@1"));
    settle(session);
    CHECK(log.last().options.method.target.name == "cat");
    CHECK(session.method_options().target.position == 1);
    session.set_target(parse_target("cat@1"));  // the same: nothing
    settle(session);
    CHECK(log.count() == 2);
    MethodOptions options = session.method_options();
    options.rollout.residual = 0.0;
    session.set_method_options(options);
    settle(session);
    CHECK(log.last().options.method.rollout.residual == 0.0);
    session.set_ablations({{AttentionKind::self, 1, 1, false},
                           {AttentionKind::self, 0, 1, false},
                           {AttentionKind::self, 1, 1, false}});
    settle(session);
    CHECK(log.last().options.ablations.size() == 2);
    CHECK(log.last().options.ablations[0].layer == 0);
    CHECK(log.count() == 4);
}

TEST_CASE("what is stopped is not begun again by itself, and can be chosen again") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    log.holds = true;
    session.set_quantity("relevance");
    session.advance(0.0, {});
    while (!session.method_progress()) std::this_thread::yield();
    session.cancel_method();
    settle(session);
    CHECK(session.view().quantity == "attention");
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("stopped relevance"));
    const size_t asked = log.count();
    settle(session);
    CHECK(log.count() == asked);
    log.holds = false;
    session.set_quantity("relevance");
    settle(session);
    CHECK(session.plan()->view.quantity == "relevance");
}

TEST_CASE("what a panel gave up is computed when it is asked for anew") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    log.holds = true;
    session.want({"relevance"});
    session.advance(0.0, {});
    while (!session.method_progress()) std::this_thread::yield();
    session.cancel_method();
    log.holds = false;
    session.want({"relevance"});
    settle(session);
    CHECK_FALSE(session.frame()->blocks[0].quantities.contains("relevance"));
    session.want({});
    session.want({"relevance"});
    settle(session);
    CHECK(session.frame()->blocks[0].quantities.contains("relevance"));
}

TEST_CASE("a quantity that fails is a message with the reason, and the picture stays") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    session.set_quantity("grad_cam");
    settle(session);
    CHECK(session.view().quantity == "attention");
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("no gradient here") && Contains("showing attention"));
    CHECK(session.message()->hint == "None.");
}

TEST_CASE("a trace computes what attention alone gives in the background, and says what it cannot") {
    auto trace = synthetic::frame(3, 2, 6, synthetic::random(1));
    trace->provenance.is_trace = true;
    Session session(settings_of(trace), {});
    session.advance(0.0, {});
    CHECK_FALSE(session.is_live());
    session.set_quantity("relevance");
    session.advance(0.0, {});
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("needs the model"));
    CHECK(session.view().quantity == "attention");
    session.set_message({"saved 'a.png'", "", true});
    CHECK(session.message()->text == "saved 'a.png'");
    session.clear_message();
    REQUIRE(session.message());
    CHECK_THAT(session.message()->text, Contains("needs the model"));
    session.clear_message();
    CHECK_FALSE(session.message());
    MethodOptions options;
    options.rollout.residual = 0.0;
    session.set_method_options(options);
    session.set_quantity("rollout");
    settle(session);
    CHECK(session.plan()->view.quantity == "rollout");
    CHECK_FALSE(session.is_live());
    CHECK_FALSE(session.model());
    CHECK_THROWS_AS(session.set_ablations({{}}), UsageError);
    // Another trace is what is shown, whatever was being computed of the one before.
    const auto next = synthetic::frame(3, 2, 6, synthetic::random(2));
    next->provenance.is_trace = true;
    session.show_trace(next);
    settle(session);
    CHECK(session.plan()->frame->blocks[0].layer_weights == next->blocks[0].layer_weights);
    CHECK(session.plan()->view.quantity == "rollout");
}

TEST_CASE("the next quantity goes through attention, rollout, entropy and what else was computed") {
    FakeLog log;
    Session session(live(log), {});
    session.want({"head_importance"});
    settle(session);
    std::vector<std::string> seen;
    for (int i = 0; i < 4; ++i) {
        session.next_quantity();
        settle(session);
        seen.push_back(session.view().quantity);
    }
    CHECK(seen == std::vector<std::string>{"rollout", "entropy", "head_importance", "attention"});
}

TEST_CASE("the flow of a query that is selected while the map fills in is asked for first") {
    FakeLog log;
    Session session(live(log), {});
    settle(session);
    log.holds = true;
    session.want({"flow", "relevance"});  // relevance holds the model
    session.advance(0.0, {});
    while (!session.method_progress()) std::this_thread::yield();
    const size_t asked = log.count();
    session.select({FocusKind::token, 0, 1, -1, 2, -1, false});
    session.advance(0.0, {});
    while (log.count() == asked) std::this_thread::yield();
    CHECK(log.last().options.method.flow_first_row == 2);
    CHECK_FALSE(session.method_options().flow_first_row);
    session.advance(0.0, {});  // once
    log.holds = false;
    settle(session);
    CHECK(log.count() == asked + 1);
    session.select({FocusKind::token, 0, 1, -1, 1, -1, false});  // all of it is there
    settle(session);
    CHECK(log.count() == asked + 1);
}

TEST_CASE("an image opens its last layer, and pages turn to another one") {
    Session session(settings_of(synthetic::image_frame(6, 3, 1, 2, 3, synthetic::random(4), 30, 20)), {});
    session.advance(0.0, {});
    session.animator().finish();
    REQUIRE(session.opens_layers());
    CHECK(session.scene()->image->layer == 5);
    CHECK(session.animator().motion().open_key == 5.0f);
    session.open_layer(2);
    session.advance(0.1, {});
    CHECK(session.scene()->image->layer == 2);
    CHECK(session.animator().motion().open_key > 2.0f);
    CHECK(session.is_moving());
    session.advance(0.4, {});
    CHECK(session.animator().motion().open_key == 2.0f);
    CHECK(session.view().first_layer == 0);
    CHECK(session.view().last_layer == -1);
    CHECK(session.head_choice().layer == 2);
    CHECK_FALSE(session.is_moving());
}

TEST_CASE(
    "a patch or head of an image that is selected changes the image and nothing of the attention's plan") {
    Session session(settings_of(synthetic::image_frame(2, 3, 1, 2, 3, synthetic::random(4), 30, 20)), {});
    session.advance(0.0, {});
    const TextStackPlan* plan = session.plan();
    CHECK(session.scene()->image->query == 0);
    session.select({FocusKind::token, 0, 1, -1, 4, -1, false});
    session.advance(0.0, {});
    CHECK(session.scene()->image->query == 4);
    CHECK(session.plan() == plan);
    session.select({FocusKind::token, 0, 1, 2, 4, -1, false});  // a head of the strip
    session.advance(0.0, {});
    CHECK(session.scene()->image->heads == std::vector<int>{2});
    CHECK(session.scene()->image->query == 4);
    CHECK(session.head_choice().head == 2);
    session.open_layer(0);
    session.advance(1.0, {});
    CHECK(session.scene()->image->heads == std::vector<int>{2});
    session.enter_head({1, 0}, true);
    session.advance(1.0, {});
    CHECK(session.scene()->image->layer == 1);
    CHECK(session.scene()->image->heads == std::vector<int>{0});
    CHECK(session.scene()->image->query == 4);
    session.show_preset(CameraPreset::token, true);
    session.advance(1.0, {});
    CHECK(session.scene()->image->query == 4);
    session.select({});
    session.advance(0.0, {});
    CHECK(session.scene()->image->query == 0);
}

TEST_CASE("an image can be shown as panes of tokens, and comes back") {
    Session session(settings_of(synthetic::image_frame(2, 3, 1, 2, 3, synthetic::random(4), 30, 20)), {});
    session.advance(0.0, {});
    session.view().scene = SceneChoice::stack;
    session.advance(0.0, {});
    CHECK_FALSE(session.opens_layers());
    CHECK(session.animator().is_flying());
    session.view().scene = SceneChoice::automatic;
    session.advance(0.0, {});
    CHECK(session.opens_layers());
}

TEST_CASE("the path of an image ends at its last layer without turning back") {
    Session session(settings_of(synthetic::image_frame(4, 2, 1, 2, 2, synthetic::random(4), 20, 20)), {});
    session.advance(0.0, {});
    session.play(Show::path, 8.0);
    session.advance(0.1, {});
    CHECK(session.scene()->image->layer < 3);
    CHECK(std::abs(session.animator().motion().open_key -
                   static_cast<float>(session.scene()->image->layer)) <= 0.5f);
    session.advance(12.0, {});
    CHECK(session.show() == Show::none);
    session.advance(0.0, {});
    CHECK(session.scene()->image->layer == 3);
    CHECK(session.animator().motion().open_key == 3.0f);
}
