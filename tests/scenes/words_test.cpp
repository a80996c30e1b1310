// Labels and HUD together, as they reach the renderer: brute force over pictures of every kind.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <random>
#include <set>
#include <sstream>

#include "analysis/method/method_table.h"
#include "scenes/label_placement.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

float measure(std::string_view text, float size_px, bool) {
    const auto points = std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; });
    return 0.55f * size_px * static_cast<float>(points);
}

struct Flaws {
    std::set<std::string> overlaps, cut, small, on_panel;
};

// The corners of a label's box, turned with it.
std::array<glm::vec2, 4> corners_of(const Label& label) {
    Label upright = label;
    upright.angle_rad = 0.0f;
    const ScreenBounds box = label_bounds(upright, measure);
    const float c = std::cos(label.angle_rad), s = std::sin(label.angle_rad);
    std::array<glm::vec2, 4> corners{
        glm::vec2(box.left, box.top), {box.right, box.top}, {box.right, box.bottom}, {box.left, box.bottom}};
    for (glm::vec2& corner : corners) {
        const glm::vec2 from = corner - label.position;
        corner = label.position + glm::vec2(c * from.x + s * from.y, -s * from.x + c * from.y);
    }
    return corners;
}

// Two rectangles lie apart where a side of one has all of the other on its far side.
bool lie_over_each_other(const Label& a, const Label& b) {
    const auto as = corners_of(a), bs = corners_of(b);
    for (const auto* own : {&as, &bs}) {
        for (size_t n = 0; n < 2; ++n) {
            const glm::vec2 axis = glm::normalize((*own)[n + 1] - (*own)[n]);
            const auto range = [&](const std::array<glm::vec2, 4>& corners) {
                glm::vec2 found(1e9f, -1e9f);
                for (const glm::vec2& corner : corners) {
                    found.x = std::min(found.x, glm::dot(axis, corner));
                    found.y = std::max(found.y, glm::dot(axis, corner));
                }
                return found;
            };
            const glm::vec2 in_a = range(as), in_b = range(bs);
            if (std::min(in_a.y, in_b.y) - std::max(in_a.x, in_b.x) <= 0.5f) return false;
        }
    }
    return true;
}

void look(const DrawList& list, const Viewport& viewport, const std::string& picture, Flaws& flaws) {
    const glm::vec2 size(viewport.size);
    for (size_t own = 0; own < list.labels.size(); ++own) {
        const Label& label = list.labels[own];
        const ScreenBounds box = label_bounds(label, measure);
        const std::string name = picture + ": \"" + label.text + "\"";
        if (label.size_px < least_text_px - 0.01f) flaws.small.insert(name);
        if (box.left < -0.5f || box.top < -0.5f || box.right > size.x + 0.5f || box.bottom > size.y + 0.5f)
            flaws.cut.insert(name);
        // The panel of the design lies between y = 48 and 636.
        const float panel = size.x - viewport.panel_px;
        if (viewport.panel_px > 0.0f && box.right > panel + 0.5f && box.bottom > 48.0f * viewport.ui_scale &&
            box.top < 636.0f * viewport.ui_scale)
            flaws.on_panel.insert(name);
        if (label.color.a > 0.05f)
            for (size_t n = 0; n < own; ++n)
                if (list.labels[n].color.a > 0.05f && lie_over_each_other(label, list.labels[n]))
                    flaws.overlaps.insert(name + " and \"" + list.labels[n].text + "\"");
    }
}

std::string some(const std::set<std::string>& names) {
    std::ostringstream text;
    text << names.size() << " flaws";
    int n = 0;
    for (const std::string& name : names)
        if (n++ < 12) text << "\n  " << name;
    return text.str();
}

Viewport window(int width, int height, float panel_part = 0.0f) {
    Viewport viewport;
    viewport.size = {width, height};
    viewport.ui_scale = std::min(static_cast<float>(width) / 1280.0f, static_cast<float>(height) / 720.0f);
    viewport.panel_px = panel_part * static_cast<float>(width);
    return viewport;
}

}  // namespace

TEST_CASE("in no picture do words overlap, leave the window, lie on the panel or fall below 11 px") {
    std::mt19937 engine(7);
    const auto pick = [&](int n) { return static_cast<int>(engine() % static_cast<unsigned>(n)); };
    const Viewport windows[] = {window(1280, 720), window(1280, 720, 0.26f), window(3840, 2160),
                                window(640, 360),  window(800, 600),         window(1920, 1080, 0.2f),
                                window(720, 1280), window(1000, 500)};
    const CameraPreset presets[] = {CameraPreset::default_view, CameraPreset::front, CameraPreset::top,
                                    CameraPreset::end,          CameraPreset::head,  CameraPreset::token};
    Flaws flaws;
    for (const auto& [layers, heads, tokens] : {std::tuple{1, 1, 1},
                                                {6, 12, 16},
                                                {12, 12, 15},
                                                {6, 12, 32},
                                                {12, 12, 64},
                                                {6, 12, 130},
                                                {24, 16, 40}}) {
        auto frame = synthetic::frame(layers, heads, tokens, synthetic::random(5, 2.5f, 20.0f));
        frame->provenance.title = "all-MiniLM-L6-v2";
        for (const ThemeName name : {ThemeName::dark, ThemeName::projector}) {
            ViewState view;
            view.theme = name;
            const auto plan = plan_text_stack(frame, view, nullptr);
            for (int n = 0; n < 60; ++n) {
                const Viewport& viewport = windows[pick(8)];
                const CameraPreset preset = presets[pick(6)];
                ViewMotion motion;
                const Focus token{FocusKind::token, 0, pick(layers), -1, pick(tokens), -1, false};
                Focus focus = token;
                if (n % 5 == 1) focus.by_key = true, focus.key = pick(tokens), focus.query = -1;
                if (n % 5 == 2)
                    focus = {FocusKind::edge, 0, token.layer, pick(heads), token.query, pick(tokens), false};
                if (n % 5 == 3) focus = {FocusKind::head, 0, token.layer, pick(heads), -1, -1, false};
                if (n % 3 > 0) motion.shown_focus = focus, motion.focus = n % 3 == 1 ? 1.0f : 0.6f;
                motion.fold = preset == CameraPreset::front ? 1.0f : 0.0f;
                if (viewport.size.x < viewport.size.y) motion.stack = 1.0f;
                if (preset == CameraPreset::head)
                    motion.inside = 1.0f, motion.inside_layer = focus.layer, motion.inside_head = pick(heads);
                if (preset == CameraPreset::token) motion.along = 1.0f, motion.along_token = token.query;
                Focus aim = focus;
                if (preset == CameraPreset::head) aim.head = motion.inside_head;
                Camera camera = text_stack_camera(*plan, preset, motion, aim, viewport);
                if (n % 4 == 3) {
                    camera.yaw_deg += static_cast<float>(pick(120) - 60);
                    camera.pitch_deg += static_cast<float>(pick(40) - 20);
                    camera.distance_u *= 0.5f + 0.01f * static_cast<float>(pick(100));
                }
                const DrawList list = draw_text_stack(*plan, view, motion, camera, 0.0, viewport, measure);
                std::ostringstream picture;
                picture << layers << "x" << heads << "x" << tokens << " " << viewport.size.x << "x"
                        << viewport.size.y << " panel " << viewport.panel_px << " preset "
                        << static_cast<int>(preset) << " focus "
                        << (motion.focus > 0 ? static_cast<int>(focus.kind) : 0) << " theme "
                        << static_cast<int>(name) << (n % 4 == 3 ? " moved" : "");
                look(list, viewport, picture.str(), flaws);
            }
        }
    }
    CHECK(some(flaws.overlaps) == some({}));
    CHECK(some(flaws.cut) == some({}));
    CHECK(some(flaws.small) == some({}));
    CHECK(some(flaws.on_panel) == some({}));
}

TEST_CASE(
    "nor do they where numbers of any shape are drawn, words are coloured, and something is explained") {
    std::mt19937 engine(11);
    const auto pick = [&](int n) { return static_cast<int>(engine() % static_cast<unsigned>(n)); };
    const Viewport windows[] = {window(1280, 720), window(640, 360), window(720, 1280),
                                window(1920, 1080, 0.2f)};
    Flaws flaws;
    for (const int tokens : {2, 14, 32, 130}) {
        const int layers = 6, heads = 12;
        auto frame = synthetic::frame(layers, heads, tokens, synthetic::random(5, 2.5f, 20.0f));
        frame->provenance.title = "all-MiniLM-L6-v2";
        frame->target = ExplainedTarget{"token", 7, 5, "##cat", 7.3111, false};
        std::normal_distribution<float> normal;
        std::vector<std::string> drawn{"attention"};
        for (const MethodRow& row : method_table()) {
            const size_t rows = static_cast<size_t>(tokens), lanes = static_cast<size_t>(layers * heads);
            size_t count = 0;
            if (row.shape == MethodShape::head_weights) count = lanes * rows * rows;
            if (row.shape == MethodShape::layer_weights) count = static_cast<size_t>(layers) * rows * rows;
            if (row.shape == MethodShape::weights) count = rows * rows;
            if (row.shape == MethodShape::head_rows) count = lanes * rows;
            if (row.shape == MethodShape::heads) count = lanes;
            if (row.shape == MethodShape::tokens) count = rows;
            if (count == 0 || row.name == "attention") continue;
            auto values = std::make_shared<std::vector<float>>(count);
            for (float& value : *values) value = row.is_signed ? normal(engine) : std::abs(normal(engine));
            const std::string name = row.name == "entropy"    ? "entropy.normalised"
                                     : row.name == "ablation" ? "ablation.zero"
                                                              : row.name;
            frame->blocks[0].quantities[name] = {{static_cast<int64_t>(count)}, values};
            drawn.push_back(row.name);
        }
        CHECK(drawn.size() >= 12);
        for (const std::string& quantity : drawn) {
            ViewState view;
            view.quantity = quantity;
            const auto plan = plan_text_stack(frame, view, nullptr);
            for (const Viewport& viewport : windows) {
                for (const char* strip : {"", "integrated_gradients"}) {
                    view.strip = strip;
                    view.theme = pick(3) == 0 ? ThemeName::projector : ThemeName::dark;
                    ViewMotion motion;
                    if (viewport.size.x < viewport.size.y) motion.stack = 1.0f;
                    if (pick(2) == 0) {
                        const int layer = pick(static_cast<int>(plan->layers.size()));
                        motion.shown_focus = {FocusKind::token, 0, layer, -1, pick(tokens), -1, false};
                        view.selected = motion.shown_focus;
                        motion.focus = 1.0f;
                    }
                    const Camera camera =
                        text_stack_camera(*plan, CameraPreset::default_view, motion, {}, viewport);
                    look(draw_text_stack(*plan, view, motion, camera, 0.0, viewport, measure), viewport,
                         quantity + " " + strip + " " + std::to_string(tokens) + " tokens " +
                             std::to_string(viewport.size.x),
                         flaws);
                }
            }
        }
    }
    CHECK(some(flaws.overlaps) == some({}));
    CHECK(some(flaws.cut) == some({}));
    CHECK(some(flaws.small) == some({}));
    CHECK(some(flaws.on_panel) == some({}));
}

TEST_CASE("every word has its number beside it, however wide it is, and none stands at the window's edge") {
    auto frame = synthetic::frame(6, 12, 16, synthetic::random(5));
    for (Token& token : frame->stacks[0].tokens) token.text = "internationalisation";
    frame->blocks[0].quantities["integrated_gradients"] = {
        {16}, std::make_shared<std::vector<float>>(16, -0.0123f)};
    ViewState view;
    view.strip = "integrated_gradients";
    for (const glm::ivec2 size : {glm::ivec2(1280, 720), glm::ivec2(1600, 700), glm::ivec2(800, 450)})
        for (const float panel : {0.0f, 336.0f}) {
            Viewport viewport;
            viewport.size = size;
            viewport.ui_scale =
                std::min(static_cast<float>(size.x) / 1280.0f, static_cast<float>(size.y) / 720.0f);
            viewport.panel_px = panel * viewport.ui_scale;
            const auto plan = plan_text_stack(frame, view, nullptr);
            const Camera camera = text_stack_camera(*plan, CameraPreset::default_view, {}, {}, viewport);
            const DrawList list = draw_text_stack(*plan, view, {}, camera, 0.0, viewport, measure);
            CAPTURE(size.x, panel);
            int words = 0, numbers = 0;
            for (const Label& label : list.labels) {
                if (label.align != LabelAlign::right) continue;
                words += label.text == "internationalisation";
                if (label.text != number_text(-0.0123f)) continue;
                ++numbers;
                CHECK(label_bounds(label, measure).left >= 10.0f * viewport.ui_scale);
            }
            CHECK(words == (size.y > 500 ? 16 : words));
            CHECK(words > 5);
            CHECK(numbers == words);
        }
}

TEST_CASE("at rest every one of up to 32 words stands on both sides and every gap has its number") {
    for (const int tokens : {4, 15, 32}) {
        const auto plan = plan_text_stack(synthetic::frame(6, 12, tokens, synthetic::random(5)), {}, nullptr);
        const Viewport viewport;
        const Camera camera = text_stack_camera(*plan, CameraPreset::default_view, {}, {}, viewport);
        const DrawList list = draw_text_stack(*plan, {}, {}, camera, 0.0, viewport, measure);
        const auto count = [&](const std::string& text) {
            return std::count_if(list.labels.begin(), list.labels.end(),
                                 [&](const Label& label) { return label.text == text; });
        };
        for (int t = 1; t + 1 < tokens; ++t) CHECK(count("word" + std::to_string(t)) == 2);
        CHECK(count("[CLS]") == 2);
        CHECK(count("[SEP]") == 2);
        for (int layer = 0; layer < 6; ++layer) {
            const bool numbered = std::any_of(
                list.labels.begin(), list.labels.end(),
                [&](const Label& label) { return label.bold && label.text == std::to_string(layer); });
            CHECK(numbered);
        }
    }
}

TEST_CASE(
    "the tooltip leaves the pill of its query, stands away from what the camera looks at, and names "
    "numbers") {
    const auto frame = synthetic::frame(6, 12, 16, synthetic::random(5, 2.5f, 20.0f));
    const auto plan = plan_text_stack(frame, {}, nullptr);
    ViewState view;
    ViewMotion motion;
    motion.shown_focus = view.hovered = {FocusKind::token, 0, 3, -1, 10, -1, false};
    motion.focus = 1.0f;
    const Viewport viewport;
    const Camera camera = text_stack_camera(*plan, CameraPreset::default_view, motion, {}, viewport);
    const DrawList list = draw_text_stack(*plan, view, motion, camera, 0.0, viewport, measure);
    const auto pills = std::count_if(list.labels.begin(), list.labels.end(), [](const Label& label) {
        return label.pill.has_value() && label.text == "word10";
    });
    CHECK(pills == 1);
    float strongest = 0.0f;
    const auto& values = *frame->blocks[0].layer_weights[3];
    for (size_t h = 0; h < 12; ++h)
        for (size_t j = 1; j < 16; ++j)
            if (!plan->layers[3].sink_keys[j])
                strongest = std::max(strongest, values[(h * 16 + 10) * 16 + j]);
    char number[16];
    std::snprintf(number, sizeof number, "%.3f", static_cast<double>(strongest));
    CHECK(std::any_of(list.labels.begin(), list.labels.end(),
                      [&](const Label& label) { return label.text == number; }));
}

TEST_CASE("the tooltip names the key-value head that a query head shares with others") {
    const auto frame = synthetic::frame(6, 12, 16, synthetic::random(5, 2.5f, 20.0f));
    const auto names = [](const std::shared_ptr<const AttentionFrame>& of) {
        const auto plan = plan_text_stack(of, {}, nullptr);
        ViewState view;
        ViewMotion motion;
        motion.shown_focus = view.hovered = {FocusKind::token, 0, 3, -1, 10, -1, false};
        motion.focus = 1.0f;
        const Camera camera = text_stack_camera(*plan, CameraPreset::default_view, motion, {}, {});
        std::vector<std::string> found;
        for (const Label& label : draw_text_stack(*plan, view, motion, camera, 0.0, {}, measure).labels)
            if (label.text.starts_with("head ")) found.push_back(label.text);
        return found;
    };
    AttentionFrame grouped = *frame;
    grouped.blocks[0].key_value_heads = 4;
    const std::vector<std::string> own = names(frame);
    const std::vector<std::string> shared = names(std::make_shared<const AttentionFrame>(grouped));
    REQUIRE(own.size() > 0);
    REQUIRE(shared.size() == own.size());
    for (size_t i = 0; i < own.size(); ++i)
        CHECK(shared[i] == own[i] + " · kv " + std::to_string(std::stoi(own[i].substr(5)) / 3));
}

TEST_CASE("from above heads are numbered at the left and no words stand there") {
    const auto plan = plan_text_stack(synthetic::frame(6, 12, 16, synthetic::random(5)), {}, nullptr);
    const Camera camera = text_stack_camera(*plan, CameraPreset::top, {}, {}, {});
    const DrawList list = draw_text_stack(*plan, {}, {}, camera, 0.0, {}, measure);
    const auto has = [&](const std::string& text) {
        return std::any_of(list.labels.begin(), list.labels.end(),
                           [&](const Label& label) { return label.text == text; });
    };
    CHECK(has("head 0"));
    CHECK_FALSE(has("word3"));
}
