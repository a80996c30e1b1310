// Random views of several texts drawn without a message of the validation layers and without an assertion.
// WEFT_RANDOM_VIEWS says how many; 2,000 unless it does.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "app/viewport.h"
#include "renderer/renderer.h"
#include "scenes/text_stack.h"
#include "tests/scenes/synthetic_frame.h"

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
    return focus;
}

ViewState random_view(Chance& chance, int layers, int heads, int tokens) {
    ViewState view;
    view.theme = static_cast<ThemeName>(chance.below(3));
    view.sinks = static_cast<SinkMode>(chance.below(3));
    view.threshold.mode = static_cast<ThresholdMode>(chance.below(4));
    view.threshold.value = chance.number(0.0f, 0.5f);
    view.fold_neighbours = chance.happens(0.7f);
    view.first_layer = chance.below(layers);
    view.last_layer = chance.happens(0.5f) ? -1 : chance.below(layers);
    if (chance.happens(0.3f)) view.heads = {{chance.below(layers), chance.below(heads)}};
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
    return motion;
}

Camera random_camera(Chance& chance, const TextStackPlan& plan, const ViewMotion& motion, const Focus& focus,
                     const Viewport& viewport) {
    Focus valid = focus;
    valid.layer = std::max(valid.layer, 0), valid.head = std::max(valid.head, 0);
    valid.query = std::max(valid.query, 0);
    Camera camera =
        text_stack_camera(plan, static_cast<CameraPreset>(chance.below(6)), motion, valid, viewport);
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

}  // namespace

TEST_CASE("thousands of random views are drawn and pointed at without a message") {
    const char* asked = std::getenv("WEFT_RANDOM_VIEWS");
    const int count = asked ? std::max(std::atoi(asked), 1) : 2000;
    RendererSettings settings;
    settings.validation = true;
    const auto renderer = Renderer::create(settings);
    const MeasureText measure = renderer->text_measure();
    struct Shape {
        int layers, heads, tokens;
    };
    const Shape shapes[]{{6, 12, 14}, {1, 1, 1},  {3, 4, 40}, {2, 3, 170},
                         {48, 2, 5},  {2, 64, 9}, {2, 2, 530}};
    std::vector<std::shared_ptr<const AttentionFrame>> frames;
    for (const Shape& shape : shapes)
        frames.push_back(synthetic::frame(shape.layers, shape.heads, shape.tokens,
                                          synthetic::random(unsigned(shape.tokens), 2.5f, 20.0f)));
    Chance chance;
    int drawn = 0;
    for (int n = 0; n < count; ++n) {
        // A size, a text and a plan stay for a while: what changes each time is the view of them.
        const int batch = n / 25;
        const size_t at = size_t(batch) % std::size(shapes);
        const Shape& shape = shapes[at];
        static std::shared_ptr<const TextStackPlan> plan;
        static Viewport viewport;
        if (n % 25 == 0) {
            const glm::ivec2 sizes[]{{160, 90}, {90, 160}, {33, 17}, {320, 180}};
            viewport =
                viewport_of(sizes[batch % 4], chance.number(0.5f, 3.0f), chance.happens(0.3f) ? 30.0f : 0.0f);
            renderer->resize(viewport.size);
            plan = plan_text_stack(frames[at], random_view(chance, shape.layers, shape.heads, shape.tokens),
                                   chance.happens(0.5f) ? plan.get() : nullptr);
        }
        ViewState view = plan->view;
        view.hovered = random_focus(chance, shape.layers, shape.heads, shape.tokens);
        view.selected = random_focus(chance, shape.layers, shape.heads, shape.tokens);
        const ViewMotion motion = random_motion(chance, view, shape.layers, shape.heads, shape.tokens);
        const Camera camera = random_camera(chance, *plan, motion, view.selected, viewport);
        CAPTURE(n);
        const DrawList list = draw_text_stack(*plan, view, motion, camera, 0.1 * n, viewport, measure);
        drawn += renderer->render(list, nullptr);
        const glm::vec2 pointer =
            glm::vec2(viewport.size) * glm::vec2(chance.number(0.0f, 1.0f), chance.number(0.0f, 1.0f));
        const Focus met = pick_text_stack(*plan, motion, camera, viewport, pointer, chance.happens(0.3f));
        if (met.kind != FocusKind::none) CHECK(met.layer < shape.layers);
        const auto messages = renderer->take_validation_messages();
        for (const std::string& message : messages) UNSCOPED_INFO(message);
        REQUIRE(messages.empty());
    }
    renderer->flush_captures();
    CHECK(drawn == count);
}
