#include "scenes/shown_block.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "scenes/focus_lines.h"
#include "scenes/focus_rows.h"
#include "scenes/layout.h"
#include "scenes/projection.h"
#include "selection_twin.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

float measure(std::string_view text, float size_px, bool) {
    return 0.5f * size_px * static_cast<float>(text.size());
}

ViewState view_of(AttentionKind kind) {
    ViewState view;
    view.attention = kind;
    return view;
}

// Head 0 alone has lines: each query reads one key of the source.
synthetic::WeightOf alignment(int source) {
    return
        [source](int, int h, int i, int j) { return h == 0 && j == (i * 2) % (source - 1) ? 30.0f : 0.5f; };
}

struct Scene {
    std::shared_ptr<AttentionFrame> frame;
    std::shared_ptr<const TextStackPlan> plan;
    ViewState view;
    ViewMotion motion;
    Camera camera;
    Viewport viewport;

    Scene(int source, int target, AttentionKind kind, const synthetic::WeightOf& weight, ViewState given = {})
        : frame(synthetic::two_stacks(3, 2, source, target, weight)), view(std::move(given)) {
        view.attention = kind;
        plan = plan_text_stack(frame, view, nullptr);
        camera = text_stack_camera(*plan, CameraPreset::default_view, motion, {}, viewport);
    }
    TextStackLayout layout() const { return make_layout(*plan, motion, viewport); }
    DrawList draw() const { return draw_text_stack(*plan, view, motion, camera, 0.0, viewport, measure); }
    glm::vec2 screen(const glm::vec3& world) const {
        return glm::vec2(screen_from_world(draw_camera(camera, viewport), viewport, world));
    }
    Focus pick(glm::vec2 at, bool shift = false) const {
        return pick_text_stack(*plan, motion, camera, viewport, at, shift);
    }
};

const Label* find_label(const DrawList& list, const std::string& text) {
    const auto found = std::find_if(list.labels.begin(), list.labels.end(),
                                    [&](const Label& label) { return label.text == text; });
    return found == list.labels.end() ? nullptr : &*found;
}

bool says(const DrawList& list, const std::string& part) {
    return std::any_of(list.labels.begin(), list.labels.end(),
                       [&](const Label& label) { return label.text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("the view chooses the block, and what a frame does not have is its first") {
    const auto two = synthetic::two_stacks(2, 2, 5, 3, synthetic::uniform());
    ViewState panes;
    panes.scene = SceneChoice::stack;
    CHECK(shown_block(*two, panes).kind == AttentionKind::encoder);
    CHECK(shown_block(*two, {}).kind == AttentionKind::cross);  // in front of the two towers
    CHECK(shown_block(*two, view_of(AttentionKind::cross)).kind == AttentionKind::cross);
    const auto one = synthetic::frame(2, 2, 4, synthetic::uniform());
    CHECK(shown_block(*one, view_of(AttentionKind::cross)).kind == AttentionKind::self);
    CHECK(find_block(*one, AttentionKind::cross) == nullptr);
    CHECK(attention_from_name("cross") == AttentionKind::cross);
    CHECK_FALSE(attention_from_name("self"));
    CHECK_FALSE(attention_from_name("crosss"));
}

TEST_CASE(
    "a plan of cross-attention counts its lines with fewer, with more and with as many keys as queries") {
    for (const auto& [source, target] :
         {std::pair(5, 9), std::pair(9, 5), std::pair(6, 6), std::pair(40, 3), std::pair(3, 40),
          std::pair(1, 4), std::pair(4, 1), std::pair(1, 1)}) {
        CAPTURE(source, target);
        for (const ThresholdMode mode :
             {ThresholdMode::budget, ThresholdMode::value, ThresholdMode::top_k, ThresholdMode::mass}) {
            ViewState view;
            view.threshold.mode = mode;
            const Scene scene(source, target, AttentionKind::cross, synthetic::random(5, 2.5f, 20.0f), view);
            REQUIRE(scene.plan->blocks.size() == 3);
            CHECK(scene.plan->band == -1);  // tokens of two texts are no neighbours
            uint64_t lines = 0;
            for (size_t l = 0; l < 3; ++l) {
                CHECK(scene.plan->blocks[l].columns == static_cast<uint32_t>(source));
                CHECK(scene.plan->blocks[l].rows == static_cast<uint32_t>(target));
                CHECK(scene.plan->layers[l].sink_keys.size() == static_cast<size_t>(source));
                lines += twin::drawn(scene.plan->blocks[l], scene.plan->layers[l].selection).lines;
            }
            CHECK(scene.plan->ledger.lines == lines);
        }
    }
}

TEST_CASE("only special source tokens and the first are sinks of cross-attention") {
    const auto frame = synthetic::two_stacks(2, 2, 5, 8, synthetic::one_hot(4));
    const auto plan = plan_text_stack(frame, view_of(AttentionKind::cross), nullptr);
    CHECK(plan->ledger.percent().sinks == 100);
    CHECK(plan->layers[0].sink_keys[4]);
    const auto other = plan_text_stack(synthetic::two_stacks(2, 2, 5, 8, synthetic::one_hot(2)),
                                       view_of(AttentionKind::cross), nullptr);
    CHECK(other->ledger.percent().sinks == 0);
}

TEST_CASE("source words stand left and target words right, their first rows level") {
    for (const auto& [source, target] : {std::pair(5, 9), std::pair(9, 5)}) {
        CAPTURE(source, target);
        const Scene scene(source, target, AttentionKind::cross, alignment(source));
        const TextStackLayout layout = scene.layout();
        CHECK(layout.keys == source);
        CHECK(layout.queries == target);
        CHECK(layout.key_position(0, 0, 0).y == layout.query_position(0, 0, 0).y);
        const DrawList list = scene.draw();
        const float middle = 0.5f * static_cast<float>(scene.viewport.size.x);
        for (int t = 0; t < source - 1; ++t) {
            const Label* label = find_label(list, "source" + std::to_string(t));
            REQUIRE(label);
            CHECK(label->position.x < middle);
        }
        for (int t = 0; t < target; ++t) {
            const Label* label = find_label(list, "target" + std::to_string(t));
            REQUIRE(label);
            CHECK(label->position.x > middle);
        }
        CHECK(find_label(list, "</s>"));
        CHECK(says(list, "cross-attention"));
        CHECK(says(list, std::to_string(source) + " source tokens → " + std::to_string(target)));
        CHECK(says(list, "source → target"));
    }
}

TEST_CASE("every block is named in title and ledger, one stack needs no name") {
    for (const auto& [kind, name] : {std::pair(AttentionKind::encoder, "encoder self-attention"),
                                     std::pair(AttentionKind::decoder, "decoder self-attention")}) {
        const DrawList list = Scene(5, 7, kind, synthetic::uniform()).draw();
        CHECK(says(list, std::string(name) + " · 3 layers"));
        CHECK(says(list, std::string("of ") + name));
    }
    Scene one(5, 7, AttentionKind::encoder, synthetic::uniform());
    one.plan = plan_text_stack(synthetic::frame(3, 2, 6, synthetic::uniform()), one.view, nullptr);
    CHECK_FALSE(says(one.draw(), "self-attention"));
}

TEST_CASE("the pointer on a cross line finds its source key and its target query") {
    ViewState by_value;
    by_value.threshold.mode = ThresholdMode::value;
    by_value.threshold.value = 0.3f;
    for (const auto& [source, target] : {std::pair(5, 9), std::pair(9, 5)}) {
        const Scene scene(source, target, AttentionKind::cross, alignment(source), by_value);
        const TextStackLayout layout = scene.layout();
        int found = 0;
        for (int query = 0; query < target; ++query) {
            const int key = (query * 2) % (source - 1);
            const Focus focus = scene.pick(
                scene.screen(0.5f * (layout.key_position(1, 0, key) + layout.query_position(1, 0, query))));
            if (focus.kind != FocusKind::edge || focus.query != query || focus.key != key) continue;
            ++found;
            CHECK(focus.layer == 1);
            const auto& values = *scene.frame->blocks[2].layer_weights[1];
            CHECK(edge_weight(*scene.plan, focus) == values[static_cast<size_t>(query * source + key)]);
        }
        CHECK(found >= target / 2);  // some middles lie on another line
    }
}

TEST_CASE("only rows that have a token can be pointed at, on the key's side and on the query's") {
    const Scene scene(4, 9, AttentionKind::cross, synthetic::uniform());
    const TextStackLayout layout = scene.layout();
    const auto pick_row = [&](int pane, int token, bool shift) {
        return scene.pick(
            scene.screen(0.5f * (layout.position(pane, 0, token) + layout.position(pane, 1, token))), shift);
    };
    CHECK(pick_row(0, 2, false).key == 2);
    CHECK(pick_row(0, 7, false).kind != FocusKind::token);  // there are four source tokens
    CHECK(pick_row(3, 7, false).query == 7);
    CHECK(pick_row(1, 7, false).query == 7);
    CHECK(pick_row(1, 3, true).key == 3);
    CHECK(pick_row(1, 3, true).layer == 1);
    CHECK(pick_row(1, 7, true).kind != FocusKind::token);
}

TEST_CASE("a focus outside of either text is none") {
    const Scene scene(4, 9, AttentionKind::cross, synthetic::uniform());
    const auto valid = [&](int query, int key, bool by_key) {
        Focus focus{FocusKind::token, 0, 1, -1, query, key, by_key};
        return valid_focus(*scene.plan, focus).kind != FocusKind::none;
    };
    CHECK(valid(8, -1, false));
    CHECK_FALSE(valid(9, -1, false));
    CHECK(valid(-1, 3, true));
    CHECK_FALSE(valid(-1, 4, true));
    CHECK(valid_focus(*scene.plan, {FocusKind::edge, 0, 1, 0, 8, 3, false}).kind == FocusKind::edge);
    CHECK(valid_focus(*scene.plan, {FocusKind::edge, 0, 1, 0, 3, 8, false}).kind == FocusKind::none);
}

TEST_CASE("every focus and every camera of cross-attention can be drawn") {
    for (const auto& [source, target] :
         {std::pair(4, 9), std::pair(9, 4), std::pair(1, 6), std::pair(6, 1)}) {
        CAPTURE(source, target);
        for (const char* quantity : {"attention", "entropy"}) {
            ViewState view;
            view.quantity = quantity;
            Scene scene(source, target, AttentionKind::cross, synthetic::random(3), view);
            for (const Focus& focus :
                 {Focus{FocusKind::token, 0, 1, -1, target - 1, -1, false},
                  Focus{FocusKind::token, 0, 1, -1, -1, source - 1, true},
                  Focus{FocusKind::edge, 0, 1, 1, target - 1, source - 1, false},
                  Focus{FocusKind::head, 0, 2, 1, -1, -1, false}, Focus{FocusKind::layer, 0, 2}}) {
                scene.motion.shown_focus = focus;
                scene.motion.focus = 1.0f;
                CHECK_FALSE(scene.draw().labels.empty());
            }
            scene.motion = {};
            scene.motion.inside = 1.0f;
            scene.motion.inside_layer = 1, scene.motion.inside_head = 1;
            CHECK_FALSE(scene.draw().labels.empty());
            scene.motion = {};
            scene.motion.along = 1.0f;
            scene.motion.along_token = target - 1;
            CHECK_FALSE(scene.draw().labels.empty());
        }
    }
}

TEST_CASE("inside a head of cross-attention the left column means keys and the right one queries") {
    Scene scene(4, 9, AttentionKind::cross, synthetic::uniform());
    scene.motion.inside = 1.0f;
    scene.motion.inside_layer = 1, scene.motion.inside_head = 0;
    scene.camera = text_stack_camera(*scene.plan, CameraPreset::head, scene.motion,
                                     {FocusKind::head, 0, 1, 0, -1, -1, false}, scene.viewport);
    const TextStackLayout layout = scene.layout();
    const Focus key = scene.pick(scene.screen(layout.key_position(1, 0, 2)) - glm::vec2(30.0f, 0.0f));
    CHECK(key.by_key);
    CHECK(key.key == 2);
    CHECK(key.layer == 1);
    const Focus query = scene.pick(scene.screen(layout.query_position(1, 0, 7)) + glm::vec2(30.0f, 0.0f));
    CHECK(query.query == 7);
    CHECK(query.layer == 1);
}

TEST_CASE("rollout is there for encoder and decoder, never for cross-attention, entropy for all") {
    const auto frame = synthetic::two_stacks(2, 2, 5, 3, synthetic::uniform());
    for (const AttentionKind kind : {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross}) {
        ViewState view = view_of(kind);
        CHECK(has_quantity(*frame, view));
        view.quantity = "entropy";
        CHECK(has_quantity(*frame, view));
        view.quantity = "rollout";
        CHECK(has_quantity(*frame, view) == (kind != AttentionKind::cross));
    }
}

TEST_CASE("another block is another plan, without rungs and sinks of the one before") {
    const auto frame = synthetic::two_stacks(3, 2, 6, 6, synthetic::random(9, 2.5f, 20.0f));
    const auto encoder = plan_text_stack(frame, view_of(AttentionKind::encoder), nullptr);
    CHECK_FALSE(same_plan(view_of(AttentionKind::encoder), view_of(AttentionKind::cross)));
    const auto after = plan_text_stack(frame, view_of(AttentionKind::cross), encoder.get());
    const auto alone = plan_text_stack(frame, view_of(AttentionKind::cross), nullptr);
    for (size_t l = 0; l < 3; ++l) {
        CHECK(after->layers[l].rung == alone->layers[l].rung);
        CHECK(after->layers[l].sink_keys == alone->layers[l].sink_keys);
    }
    ViewState rollout = view_of(AttentionKind::encoder);
    rollout.quantity = "rollout";
    const auto of_encoder = plan_text_stack(frame, rollout, nullptr);
    rollout.attention = AttentionKind::decoder;
    const auto of_decoder = plan_text_stack(frame, rollout, of_encoder.get());
    CHECK(of_decoder->blocks[0].values != of_encoder->blocks[0].values);
}

TEST_CASE("the strongest head of cross-attention is the one with the strongest line between words") {
    const auto frame = synthetic::two_stacks(1, 3, 5, 7, [](int, int h, int i, int j) {
        return h == 1 && i == 2 && j == 2 ? 50.0f : h == 0 && j == 4 ? 90.0f : 1.0f;  // "</s>" is no word
    });
    const AttentionBlock& cross = *find_block(*frame, AttentionKind::cross);
    CHECK(strongest_head(*frame, cross, 0) == 1);
    const Focus line = strongest_line(*frame, cross, 0, 1);
    CHECK(line.query == 2);
    CHECK(line.key == 2);
}
