#include "scenes/picking.h"

#include <catch2/catch.hpp>
#include <vector>

#include "scenes/focus_rows.h"
#include "scenes/layout.h"
#include "scenes/projection.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

struct Scene {
    std::shared_ptr<const TextStackPlan> plan;
    ViewMotion motion;
    Camera camera;
    Viewport viewport;

    Scene(int layers, int heads, int tokens, const synthetic::WeightOf& weight) {
        ViewState view;
        view.threshold.mode = ThresholdMode::value;
        view.threshold.value = 0.2f;
        plan = plan_text_stack(synthetic::frame(layers, heads, tokens, weight), view, nullptr);
        camera = text_stack_camera(*plan, CameraPreset::default_view, motion, {}, viewport);
    }
    TextStackLayout layout() const { return make_layout(*plan, motion, viewport); }
    glm::vec2 screen(const glm::vec3& world) const {
        return glm::vec2(screen_from_world(draw_camera(camera, viewport), viewport, world));
    }
    Focus pick(glm::vec2 at, bool shift = false) const {
        return pick_text_stack(*plan, motion, camera, viewport, at, shift);
    }
    // The middle of a line: halfway between key and query, both tangents being equal.
    glm::vec2 middle(int layer, int lane, int query, int key) const {
        const TextStackLayout l = layout();
        return screen(0.5f * (l.key_position(layer, lane, key) + l.query_position(layer, lane, query)));
    }
};

// Each query reads the word two places on, no two lines in one place; head 0 alone has lines.
synthetic::WeightOf two_on(int tokens) {
    return [tokens](int, int h, int i, int j) { return h > 0 ? 1.0f : j == (i + 2) % tokens ? 20.0f : 0.1f; };
}

}  // namespace

TEST_CASE("the pointer on the middle of a line finds that line and the tensor's own number") {
    const Scene scene(4, 2, 8, two_on(8));
    int found = 0;
    for (int layer = 0; layer < 4; ++layer) {
        for (int query = 0; query < 8; ++query) {
            const int key = (query + 2) % 8;
            const Focus focus = scene.pick(scene.middle(layer, 0, query, key));
            if (focus.kind != FocusKind::edge || focus.query != query) continue;
            ++found;
            CHECK(focus.layer == layer);
            CHECK(focus.head == 0);
            CHECK(focus.key == key);
            const auto& values = *scene.plan->frame->blocks[0].layer_weights[static_cast<size_t>(layer)];
            CHECK(edge_weight(*scene.plan, focus) == values[static_cast<size_t>(query * 8 + key)]);
        }
    }
    CHECK(found >= 24);  // some middles lie on another line
}

TEST_CASE("a line that is not drawn is not found") {
    const Scene scene(2, 2, 6, synthetic::uniform());  // 1/6 everywhere, below 0.2
    const glm::ivec2 size = scene.viewport.size;
    for (int y = 0; y < size.y; y += 9)
        for (int x = 0; x < size.x; x += 9) CHECK(scene.pick(glm::vec2(x, y)).kind != FocusKind::edge);
}

TEST_CASE("a row of a pane means the query that reads there, with Shift the key that is read") {
    const Scene scene(4, 2, 8, synthetic::uniform());
    const TextStackLayout layout = scene.layout();
    const glm::vec2 at = scene.screen(0.5f * (layout.position(2, 0, 3) + layout.position(2, 1, 3)));
    const Focus query = scene.pick(at), key = scene.pick(at, true);
    CHECK(query.kind == FocusKind::token);
    CHECK(query.layer == 1);
    CHECK(query.query == 3);
    CHECK_FALSE(query.by_key);
    CHECK(key.layer == 2);
    CHECK(key.key == 3);
    CHECK(key.by_key);
}

TEST_CASE("words beside the stack mean their tokens: keys at the first pane, queries at the last") {
    const Scene scene(4, 2, 8, synthetic::uniform());
    const TextStackLayout layout = scene.layout();
    for (int token = 0; token < 8; ++token) {
        const glm::vec2 left = scene.screen(layout.position(0, 0, token));
        const glm::vec2 far_left = scene.screen(layout.position(0, 1, token));
        const Focus key = scene.pick(glm::min(left, far_left) - glm::vec2(45.0f, 0.0f));
        CHECK(key.kind == FocusKind::token);
        CHECK(key.by_key);
        CHECK(key.layer == 0);
        const glm::vec2 right = scene.screen(layout.position(4, 0, token));
        const glm::vec2 far_right = scene.screen(layout.position(4, 1, token));
        const glm::vec2 outer = right.x > far_right.x ? right : far_right;
        const Focus query = scene.pick(outer + glm::vec2(45.0f, 0.0f));
        CHECK(query.kind == FocusKind::token);
        CHECK(query.query == token);
        CHECK(query.layer == 3);
    }
}

TEST_CASE("from above a place in a gap means its head") {
    Scene scene(4, 12, 10, synthetic::uniform());
    scene.camera = text_stack_camera(*scene.plan, CameraPreset::top, scene.motion, {}, scene.viewport);
    const TextStackLayout layout = scene.layout();
    for (int lane = 0; lane < 12; ++lane) {
        const Focus focus = scene.pick(
            scene.screen(0.5f * (layout.key_position(1, lane, 5) + layout.query_position(1, lane, 5))));
        CHECK(focus.kind == FocusKind::head);
        CHECK(focus.layer == 1);
        CHECK(focus.head == lane);
    }
}

TEST_CASE("inside a head only that head's lines are found, also those below the layer's threshold") {
    Scene scene(4, 4, 8, [](int, int, int i, int j) { return i == j ? 8.0f : 1.0f; });  // others 1/15
    scene.motion.inside = 1.0f;
    scene.motion.inside_layer = 2;
    scene.motion.inside_head = 1;
    const Focus head{FocusKind::head, 0, 2, 1, -1, -1, false};
    scene.camera = text_stack_camera(*scene.plan, CameraPreset::head, scene.motion, head, scene.viewport);
    const Focus weak = scene.pick(scene.middle(2, 1, 5, 4));
    CHECK(weak.kind == FocusKind::edge);
    CHECK(weak.head == 1);
    for (int y = 0; y < 720; y += 12)
        for (int x = 0; x < 1280; x += 12) {
            const Focus focus = scene.pick(glm::vec2(x, y));
            if (focus.kind == FocusKind::edge) CHECK((focus.layer == 2 && focus.head == 1));
        }
}

TEST_CASE("a docked panel and the outside of the picture hold nothing") {
    Scene scene(2, 2, 6, synthetic::identity());
    scene.viewport.panel_px = 320.0f;
    CHECK(scene.pick({1100.0f, 300.0f}).kind == FocusKind::none);
    CHECK(scene.pick({-5.0f, 300.0f}).kind == FocusKind::none);
    CHECK(scene.pick({400.0f, 900.0f}).kind == FocusKind::none);
}
