// Whatever is looked at from wherever: no two words overlap, none is cut, none is too small to read.
#include <catch2/catch.hpp>
#include <random>

#include "scenes/label_placement.h"
#include "scenes/scene.h"
#include "scenes/theme.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

// About as wide as letters are: wider for capitals and wide scripts.
float measure(std::string_view text, float size_px, bool bold) {
    float em = 0.0f;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0) == 0x80) continue;
        em += byte >= 0xE0 ? 1.0f : byte >= 'A' && byte <= 'Z' ? 0.65f : 0.53f;
    }
    return em * size_px * (bold ? 1.06f : 1.0f);
}

const std::vector<std::string> words{"the",
                                     "cat",
                                     "un\u00adder\u00adstanding",
                                     "\u05d7\u05ea\u05d5\u05dc",
                                     "##ly",
                                     "\u732b\u304c",
                                     "\U0001F408",
                                     "internationalisation",
                                     ",",
                                     "\u0627\u0644\u0642\u0637\u0629"};

struct View {
    Scene scene;
    ViewState state;
    ViewMotion motion;
    Viewport viewport;
    Camera camera;
};

View random_view(std::mt19937& random) {
    const auto below = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    const auto between = [&](float low, float high) {
        return std::uniform_real_distribution<float>(low, high)(random);
    };
    const int layers = 1 + below(16), heads = 1 + below(20),
              tokens = below(4) == 0 ? 40 + below(100) : 1 + below(32);
    const auto frame = synthetic::frame(layers, heads, tokens, [&](int, int, int, int) {
        const float w = between(0.0f, 1.0f);
        return w * w * w * w;
    });
    for (Token& token : frame->stacks[0].tokens)
        if (!token.special) token.text = words[static_cast<size_t>(below(static_cast<int>(words.size())))];
    frame->provenance.model =
        below(3) == 0 ? "a model with a rather long name of its own, in the title" : "model";
    View view;
    view.state.theme = static_cast<ThemeName>(below(3));
    view.state.palette = static_cast<Palette>(below(2));
    if (below(3) == 0) view.state.hint = "Type to change the sentence. Point at a word.";
    const glm::ivec2 sizes[] = {{480, 270}, {640, 360}, {960, 540}, {1280, 720}, {1920, 1080}, {720, 1280}};
    view.viewport.size = sizes[below(6)];
    const glm::vec2 scale = glm::vec2(view.viewport.size) / glm::vec2(1280.0f, 720.0f);
    view.viewport.ui_scale = std::min(scale.x, scale.y) * (below(4) == 0 ? 1.5f : 1.0f);
    if (below(4) == 0) view.viewport.panel_px = 336.0f * view.viewport.ui_scale;
    const int layer = below(layers), head = below(heads), query = below(tokens), key = below(tokens);
    switch (below(5)) {
        case 0:
            view.state.selected = {FocusKind::token, 0, layer, -1, query, -1, false};
            break;
        case 1:
            view.state.selected = {FocusKind::edge, 0, layer, head, query, key, false};
            break;
        case 2:
            view.state.selected = {FocusKind::head, 0, layer, head, -1, -1, false};
            break;
        default:
            break;
    }
    if (below(3) == 0) view.state.hovered = {FocusKind::token, 0, layer, -1, query, -1, false};
    view.motion.shown_focus =
        view.state.selected.kind != FocusKind::none ? view.state.selected : view.state.hovered;
    view.motion.focus = view.motion.shown_focus.kind != FocusKind::none ? 1.0f : 0.0f;
    view.motion.fold = static_cast<float>(below(2));
    view.motion.stack = below(4) == 0 ? 1.0f : 0.0f;
    const auto preset = static_cast<CameraPreset>(below(6));
    if (preset == CameraPreset::head) {
        view.motion.inside = 1.0f;
        view.motion.inside_layer = layer;
        view.motion.inside_head = head;
    }
    view.scene = *plan_scene(frame, view.state, nullptr);
    const Focus focus{preset == CameraPreset::token ? FocusKind::token : FocusKind::head,
                      0,
                      layer,
                      preset == CameraPreset::token ? -1 : head,
                      preset == CameraPreset::token ? query : -1,
                      -1,
                      false};
    view.camera = scene_camera(view.scene, preset, view.motion, focus, view.viewport);
    if (below(2) == 0) {
        view.camera.yaw_deg += between(-60, 60);
        view.camera.pitch_deg = std::clamp(view.camera.pitch_deg + between(-30, 30), -85.0f, 85.0f);
        view.camera.distance_u *= between(0.2f, 1.3f);
        view.camera.target += glm::vec3(between(-3, 3), between(-2, 2), between(-1, 1));
    }
    return view;
}

// As they are seen: those that have almost gone take no part.
std::vector<Label> seen_labels(const View& view) {
    DrawList list = draw_scene(view.scene, view.state, view.motion, view.camera, 0.0, view.viewport, measure);
    std::erase_if(list.labels, [](const Label& label) { return label.color.a < 0.02f; });
    return list.labels;
}

std::string text_of(const ScreenBounds& box) {
    return std::to_string(box.left) + " " + std::to_string(box.top) + " " + std::to_string(box.right) + " " +
           std::to_string(box.bottom);
}

}  // namespace

TEST_CASE("no label of any view overlaps another or is cut by the window, and all can be read") {
    std::mt19937 random(17);
    for (int n = 0; n < 400; ++n) {
        const View view = random_view(random);
        const std::vector<Label> labels = seen_labels(view);
        const float text_scale = theme(view.state.theme).text_scale;
        INFO("view " << n << ", " << view.viewport.size.x << " x " << view.viewport.size.y);
        for (size_t i = 0; i < labels.size(); ++i) {
            const ScreenBounds box = label_bounds(labels[i], measure);
            INFO("'" << labels[i].text << "' " << text_of(box));
            CHECK(labels[i].size_px >= least_text_px - 1e-3f);
            CHECK(labels[i].size_px <= std::max(18.0f * view.viewport.ui_scale * text_scale, 18.0f));
            CHECK(box.left >= -0.5f);
            CHECK(box.top >= -0.5f);
            CHECK(box.right <= static_cast<float>(view.viewport.size.x) + 0.5f);
            CHECK(box.bottom <= static_cast<float>(view.viewport.size.y) + 0.5f);
            for (size_t k = 0; k < i; ++k) {
                if (labels[i].angle_rad != 0.0f || labels[k].angle_rad != 0.0f) continue;
                const ScreenBounds other = label_bounds(labels[k], measure);
                INFO("'" << labels[k].text << "' " << text_of(other));
                CHECK_FALSE(overlap(box, other));
            }
        }
    }
}
