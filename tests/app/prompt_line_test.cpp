#include "app/prompt_line.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "app/viewport.h"
#include "scenes/scene.h"
#include "tests/scenes/synthetic_frame.h"

using namespace weft;

namespace {

// Every byte is half an em wide.
float measure(std::string_view text, float size_px, bool) {
    return 0.5f * size_px * float(text.size());
}

DrawList drawn(PromptLine& line, const PromptEdit& prompt, const PromptLine::Look& look) {
    DrawList list;
    line.draw(list, prompt, look, viewport_of({1280, 720}, 1.0f), measure);
    return list;
}

bool has_label(const DrawList& list, const std::string& part) {
    return std::ranges::any_of(list.labels,
                               [&](const Label& l) { return l.text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("the line says which mode it is in and the pointer finds the byte below it") {
    PromptLine line;
    const PromptEdit prompt("The cat");
    CHECK(has_label(drawn(line, prompt, {}), "typing"));
    PromptLine::Look flying;
    flying.mode = InputMode::flying;
    CHECK(has_label(drawn(line, prompt, flying), "flying"));
    CHECK(line.byte_at({33.0f + 3 * 7.5f, 650.0f}, prompt, measure) == 3u);
    CHECK_FALSE(line.byte_at({100.0f, 300.0f}, prompt, measure));
}

TEST_CASE("a text of any length shows the part with the caret, within the line") {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "word ";
    text += "end";
    PromptEdit prompt(text);
    PromptLine line;
    CHECK(has_label(drawn(line, prompt, {}), "end"));
    prompt.move(Motion::start, false);
    const DrawList list = drawn(line, prompt, {});
    CHECK_FALSE(has_label(list, "end"));
    for (const Label& label : list.labels) CHECK(measure(label.text, label.size_px, false) < 900.0f);
}

TEST_CASE("where the model's limit cuts the text is marked, with both numbers") {
    PromptLine line;
    PromptLine::Look look;
    look.truncation = Truncation{900, 512, 4};
    const DrawList list = drawn(line, PromptEdit("The cat"), look);
    CHECK(has_label(list, "cut at 512 of 900"));
    CHECK(std::ranges::count(list.labels, "The ", &Label::text) == 1);
    CHECK(std::ranges::count(list.labels, "cat", &Label::text) == 1);
}

TEST_CASE("neither ledgers nor keys lie under the line, at any scale") {
    const PromptEdit prompt("The cat");
    const std::shared_ptr<const AttentionFrame> frames[]{
        synthetic::frame(6, 12, 12, synthetic::random(1)),
        synthetic::two_stacks(4, 6, 7, 11, synthetic::random(2))};
    for (const auto& frame : frames)
        for (const glm::ivec2 size : {glm::ivec2{1280, 720}, glm::ivec2{1920, 1080}, glm::ivec2{960, 540},
                                      glm::ivec2{800, 450}, glm::ivec2{640, 360}})
            for (const float setting : {1.0f, 1.5f}) {
                const Viewport viewport = viewport_of(size, setting, 0.0f, 16, true);
                const auto scene = plan_scene(frame, {}, nullptr);
                const ViewMotion motion;
                const Camera camera = scene_camera(*scene, CameraPreset::default_view, motion, {}, viewport);
                const DrawList picture =
                    draw_scene(*scene, scene->view, motion, camera, 0.0, viewport, measure);
                DrawList list;
                PromptLine().draw(list, prompt, {}, viewport, measure);
                for (const Label& label : list.labels) CHECK(label.size_px >= 11.0f);
                const ScreenRect& line = list.rects.front();
                for (const ScreenRect& rect : picture.rects) {
                    INFO("rect " << rect.min.x << ", " << rect.min.y << " to " << rect.max.x << ", "
                                 << rect.max.y << " of " << size.x << " x " << size.y << ", scale "
                                 << setting);
                    CHECK((rect.max.y <= line.min.y || rect.min.y >= line.max.y || rect.min.x >= line.max.x ||
                           rect.max.x <= line.min.x));
                }
                for (const Label& label : picture.labels) {
                    const float width = measure(label.text, label.size_px, false);
                    const float left = label.align == LabelAlign::left     ? label.position.x
                                       : label.align == LabelAlign::center ? label.position.x - 0.5f * width
                                                                           : label.position.x - width;
                    const float high = label.position.y - 0.72f * label.size_px;
                    INFO(label.text << " at " << label.position.x << ", " << label.position.y << " of "
                                    << size.x << " x " << size.y << ", scale " << setting);
                    CHECK((label.position.y <= line.min.y || high >= line.max.y || left >= line.max.x ||
                           left + width <= line.min.x));
                }
            }
}
