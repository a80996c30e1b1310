// Random views of every place drawn without a message of the validation layers and without an assertion.
// WEFT_RANDOM_VIEWS says how many; 10,000 unless it does.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <random>

#include "app/viewport.h"
#include "renderer/renderer.h"
#include "scenes/scene.h"
#include "tests/scenes/synthetic_image.h"

using namespace weft;

namespace {

struct Chance {
    std::mt19937 engine{29};
    int below(int count) { return std::uniform_int_distribution<int>(0, count - 1)(engine); }
    float number(float from, float to) { return std::uniform_real_distribution<float>(from, to)(engine); }
    bool happens(float share) { return number(0.0f, 1.0f) < share; }
};

Focus random_focus(Chance& chance, int layers, int heads, int tokens) {
    Focus focus;
    focus.kind = static_cast<FocusKind>(chance.below(5));
    focus.layer = chance.below(layers + 2) - 1;
    focus.head = chance.below(heads + 2) - 1;
    focus.query = chance.below(tokens + 2) - 1;
    focus.key = chance.below(tokens + 2) - 1;
    focus.by_key = chance.happens(0.3f);
    focus.block = chance.below(4) - 1;
    return focus;
}

ViewState random_view(Chance& chance, int layers, int heads, int tokens) {
    ViewState view;
    view.scene = static_cast<SceneChoice>(chance.below(4));
    view.theme = static_cast<ThemeName>(chance.below(3));
    view.sinks = static_cast<SinkMode>(chance.below(3));
    view.threshold.mode = static_cast<ThresholdMode>(chance.below(4));
    view.threshold.value = chance.number(0.0f, 0.5f);
    view.fold_neighbours = chance.happens(0.7f);
    view.opened_layer = chance.below(layers + 1) - 1;
    view.image.look = static_cast<ImageLook>(chance.below(2));
    view.image.smooth = chance.happens(0.3f);
    if (chance.happens(0.5f)) view.attention = static_cast<AttentionKind>(chance.below(4));
    view.first_layer = chance.below(layers);
    view.last_layer = chance.happens(0.5f) ? -1 : chance.below(layers);
    if (chance.happens(0.3f)) view.heads = {{chance.below(layers), chance.below(heads)}};
    view.segments = static_cast<SegmentChoice>(chance.below(5));
    view.arrows = chance.happens(0.2f);
    view.palette = static_cast<Palette>(chance.below(2));
    view.selected = random_focus(chance, layers, heads, tokens);
    view.hovered = random_focus(chance, layers, heads, tokens);
    return view;
}

ViewMotion random_motion(Chance& chance, const ViewState& view, int layers, int heads, int tokens) {
    ViewMotion motion;
    const auto amount = [&] { return chance.happens(0.5f) ? 0.0f : chance.number(0.0f, 1.0f); };
    motion.fold = amount();
    motion.stack = amount();
    motion.focus = amount();
    motion.shown_focus = view.selected;
    motion.inside = amount();
    motion.inside_layer = chance.below(layers + 1) - 1;
    motion.inside_head = chance.below(heads + 1) - 1;
    motion.along = amount();
    motion.along_token = chance.below(tokens + 1) - 1;
    motion.grow = 1.0f - amount();
    motion.wave_s = chance.happens(0.5f) ? -1.0f : chance.number(0.0f, 8.0f);
    motion.stale = amount();
    motion.elsewhere = amount();
    if (chance.happens(0.3f)) motion.open_key = chance.number(-1.0f, float(layers));
    if (chance.happens(0.3f)) motion.open_query = chance.number(-1.0f, float(layers));
    motion.arrives_from = chance.below(tokens + 1);
    motion.arrival = 1.0f - amount();
    return motion;
}

Camera random_camera(Chance& chance, const Scene& scene, const ViewMotion& motion, const Focus& focus,
                     const Viewport& viewport) {
    Focus valid = focus;
    valid.layer = std::max(valid.layer, 0), valid.head = std::max(valid.head, 0);
    valid.query = std::max(valid.query, 0);
    Camera camera = scene_camera(scene, static_cast<CameraPreset>(chance.below(6)), motion, valid, viewport);
    if (chance.happens(0.6f)) {
        camera.yaw_deg = chance.number(-180.0f, 180.0f);
        camera.pitch_deg = chance.number(-85.0f, 85.0f);
        camera.distance_u *= chance.number(0.001f, 3.0f);
        camera.fov_deg = chance.number(4.0f, 90.0f);
        camera.target +=
            glm::vec3(chance.number(-9.0f, 9.0f), chance.number(-9.0f, 9.0f), chance.number(-5.0f, 5.0f));
    }
    return camera;
}

// No number of a picture is none.
bool is_finite(const DrawList& list) {
    const auto all = [](const auto& vector) {
        for (int i = 0; i < vector.length(); ++i)
            if (!std::isfinite(vector[i])) return false;
        return true;
    };
    for (int column = 0; column < 4; ++column)
        if (!all(list.camera.view_from_world[column]) || !all(list.camera.clip_from_view[column]))
            return false;
    for (const Label& label : list.labels)
        if (!all(label.position) || !all(label.color) || !std::isfinite(label.size_px)) return false;
    for (const ScreenRect& rect : list.rects)
        if (!all(rect.min) || !all(rect.max) || !all(rect.fill)) return false;
    for (const auto* strokes : {&list.strokes_below, &list.strokes_above})
        for (const Stroke& stroke : *strokes)
            if (!all(stroke.a) || !all(stroke.b) || !all(stroke.color)) return false;
    for (const Plane& plane : list.planes)
        for (const glm::vec3& corner : plane.corners)
            if (!all(corner)) return false;
    for (const FlowBatch& flow : list.flows)
        if (!all(flow.source_origin) || !all(flow.target_origin) || !std::isfinite(flow.width_u) ||
            !std::isfinite(flow.opacity_scale))
            return false;
    return true;
}

// The shares of ledgers, "drawn 23 %", from left to right: each is one, and all of them are all or nothing.
bool are_shares(const DrawList& list) {
    int sum = 0, found = 0;
    for (const Label& label : list.labels) {
        if (label.text.find("nan") != std::string::npos) return false;
        const bool is_first = label.text.starts_with("drawn ");
        const size_t end = label.text.rfind(" %");
        const bool is_share =
            end != std::string::npos && end + 2 == label.text.size() &&
            (is_first || label.text.starts_with("sinks") || label.text.starts_with("neighbours") ||
             label.text.starts_with("not drawn") || label.text.starts_with("below ") ||
             label.text.starts_with("of the same word"));
        if (is_first && found > 0 && sum != 100 && sum != 0) return false;
        if (is_first) sum = 0;
        if (!is_share) continue;
        const size_t start = label.text.rfind(' ', end - 1);
        const int share = std::atoi(label.text.c_str() + start);
        if (share < 0 || share > 100) return false;
        sum += share;
        ++found;
    }
    return found == 0 || sum == 100 || sum == 0;
}

}  // namespace

TEST_CASE("thousands of random views are drawn and pointed at without a message") {
    const char* asked = std::getenv("WEFT_RANDOM_VIEWS");
    const int count = asked ? std::max(std::atoi(asked), 1) : 10000;
    RendererSettings settings;
    settings.validation = true;
    const auto renderer = Renderer::create(settings);
    const MeasureText measure = renderer->text_measure();
    struct Shape {
        int layers, heads, tokens;
        std::shared_ptr<const AttentionFrame> frame;
    };
    std::vector<Shape> shapes;
    const auto weights = [](int tokens) { return synthetic::random(unsigned(tokens), 2.5f, 20.0f); };
    const auto pair = synthetic::frame(3, 4, 20, weights(20));
    for (int token = 0; token < 20; ++token) pair->stacks[0].segments.push_back(token >= 8);
    shapes.push_back({3, 4, 20, pair});
    const int texts[][3]{{6, 12, 14}, {1, 1, 1},  {3, 4, 40}, {2, 3, 170},
                         {48, 2, 5},  {2, 64, 9}, {2, 2, 530}};
    for (const auto& [layers, heads, tokens] : texts)
        shapes.push_back({layers, heads, tokens, synthetic::frame(layers, heads, tokens, weights(tokens))});
    for (const auto& [source, target] : {std::pair(7, 11), {1, 1}, {60, 20}})
        shapes.push_back(
            {4, 6, std::max(source, target), synthetic::two_stacks(4, 6, source, target, weights(source))});
    for (const auto& [rows, columns] : {std::pair(7, 7), {3, 11}, {1, 1}})
        shapes.push_back({3, 4, rows * columns + 1,
                          synthetic::image_frame(3, 4, 1, rows, columns, weights(rows), 64, 48)});
    Chance chance;
    int drawn = 0;
    std::array<int, 5> kinds{};
    for (int n = 0; n < count; ++n) {
        // A size, a frame and a scene stay for a while: what changes each time is the view of them.
        const int batch = n / 25;
        const Shape& shape = shapes[size_t(batch) % shapes.size()];
        static std::shared_ptr<const Scene> scene, former;
        static Viewport viewport;
        if (n % 25 == 0) {
            const glm::ivec2 sizes[]{{160, 90}, {90, 160}, {33, 17}, {320, 180}};
            viewport =
                viewport_of(sizes[batch % 4], chance.number(0.5f, 3.0f), chance.happens(0.3f) ? 30.0f : 0.0f);
            renderer->resize(viewport.size);
            former = scene;
            scene = plan_scene(shape.frame, random_view(chance, shape.layers, shape.heads, shape.tokens),
                               chance.happens(0.5f) ? scene.get() : nullptr);
        }
        ViewState view = scene->view;
        view.hovered = random_focus(chance, shape.layers, shape.heads, shape.tokens);
        view.selected = random_focus(chance, shape.layers, shape.heads, shape.tokens);
        scene = follow_focus(scene, view);
        ViewMotion motion = random_motion(chance, view, shape.layers, shape.heads, shape.tokens);
        if (former && chance.happens(0.2f)) {
            motion.former = former->stack;
            motion.former_lines = chance.number(0.0f, 1.0f);
            motion.arrived = chance.number(0.0f, 1.0f);
            motion.slid = chance.number(0.0f, 1.0f);
        }
        const Camera camera = random_camera(chance, *scene, motion, view.selected, viewport);
        CAPTURE(n, static_cast<int>(scene->kind));
        const DrawList list = draw_scene(*scene, view, motion, camera, 0.1 * n, viewport, measure);
        REQUIRE(is_finite(list));
        if (scene->kind == SceneKind::text_stack || scene->kind == SceneKind::two_towers)
            if (!are_shares(list)) {
                for (const Label& label : list.labels) UNSCOPED_INFO(label.text);
                FAIL("shares that are none");
            }
        drawn += renderer->render(list, nullptr);
        const glm::vec2 pointer =
            glm::vec2(viewport.size) * glm::vec2(chance.number(0.0f, 1.0f), chance.number(0.0f, 1.0f));
        const Focus met = pick_scene(*scene, view, motion, camera, viewport, pointer, chance.happens(0.3f));
        if (met.kind != FocusKind::none) CHECK(met.layer < shape.layers);
        ++kinds[static_cast<size_t>(scene->kind)];
        const auto messages = renderer->take_validation_messages();
        for (const std::string& message : messages) UNSCOPED_INFO(message);
        REQUIRE(messages.empty());
    }
    renderer->flush_captures();
    CHECK(renderer->take_validation_messages().empty());
    CHECK(drawn == count);
    if (count >= 2000)
        for (const int of_kind : kinds) CHECK(of_kind > 0);
}
