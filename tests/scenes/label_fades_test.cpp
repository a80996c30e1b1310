// Labels come and go within 0.2 s: the state of the fades, frame by frame.
#include "scenes/label_fades.h"

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <random>

#include "scenes/animator.h"
#include "scenes/label_placement.h"
#include "scenes/scene.h"
#include "synthetic_image.h"

using namespace weft;

namespace {

constexpr double frame_s = 1.0 / 60.0;
constexpr double step = frame_s / label_fade_s;

Label word(uint64_t id, const std::string& text, glm::vec2 at) {
    Label label;
    label.text = text;
    label.position = at;
    label.id = id;
    label.halo = {0.0f, 0.0f, 0.0f, 0.9f};
    return label;
}

const Label* find(const DrawList& list, uint64_t id) {
    for (const Label& label : list.labels)
        if (label.id == id) return &label;
    return nullptr;
}

float opacity(const DrawList& list, uint64_t id) {
    const Label* label = find(list, id);
    return label ? label->color.a : 0.0f;
}

float measure(std::string_view text, float size_px, bool) {
    return 0.55f * size_px * static_cast<float>(text.size());
}

std::shared_ptr<const Scene> scene_of(int tokens) {
    std::mt19937 random(4);
    std::uniform_real_distribution<float> weight(0.0f, 1.0f);
    return plan_scene(synthetic::frame(6, 4, tokens,
                                       [&](int, int, int, int) {
                                           const float w = weight(random);
                                           return w * w * w * w;
                                       }),
                      {}, nullptr);
}

// An image of 3 x 4 patches, and one that a text is written about.
std::shared_ptr<AttentionFrame> image_of(int layers) {
    return synthetic::image_frame(layers, 2, 1, 3, 4, synthetic::random(7), 40, 30);
}
std::shared_ptr<AttentionFrame> captioned_image() {
    auto frame = synthetic::two_stacks(3, 2, 13, 5, synthetic::random(4));
    frame->stacks[0] = image_of(1)->stacks[0];
    return frame;
}

}  // namespace

TEST_CASE("a label that gets room comes in 0.2 s, one that loses it goes where it would stand") {
    LabelFades fades;
    DrawList first;
    first.labels = {word(1, "old", {10.0f, 10.0f})};
    fades.apply(first, frame_s, measure);
    CHECK(opacity(first, 1) == 1.0f);
    CHECK_FALSE(fades.is_fading());
    for (int n = 1; n <= 14; ++n) {
        const float moved = 10.0f + static_cast<float>(n);
        DrawList list;
        list.labels = {word(2, "new", {10.0f, 200.0f})};
        list.absent_labels = {word(1, "old", {moved, 10.0f})};
        fades.apply(list, frame_s, measure);
        const double come = std::min(n * step, 1.0);
        CHECK(opacity(list, 2) == Approx(come).margin(1e-5));
        CHECK(opacity(list, 1) == Approx(1.0 - come).margin(1e-5));
        if (const Label* old = find(list, 1)) {
            CHECK(old->position.x == moved);
            CHECK(old->halo.a == Approx(0.9 * (1.0 - come)).margin(1e-5));
        }
        CHECK(list.absent_labels.empty());
        CHECK(fades.is_fading() == (n < 12));
    }
}

TEST_CASE("of two labels that overlap one has gone before the other comes, both within 0.2 s") {
    LabelFades fades;
    DrawList first;
    first.labels = {word(1, "old", {10.0f, 10.0f})};
    fades.apply(first, frame_s, measure);
    float last_old = 1.0f, last_new = 0.0f;
    for (int n = 1; n <= 13; ++n) {
        DrawList list;
        list.labels = {word(2, "new", {12.0f, 12.0f})};
        list.absent_labels = {word(1, "old", {10.0f, 10.0f})};
        fades.apply(list, frame_s, measure);
        const float old = opacity(list, 1), fresh = opacity(list, 2);
        CHECK(std::min(old, fresh) == 0.0f);
        CHECK(last_old - old <= 2.0 * step + 1e-5);
        CHECK(fresh - last_new <= 2.0 * step + 1e-5);
        last_old = old;
        last_new = fresh;
    }
    CHECK(last_old == 0.0f);
    CHECK(last_new == 1.0f);
    CHECK_FALSE(fades.is_fading());
}

TEST_CASE("nothing that goes lies on a tooltip's box") {
    LabelFades fades;
    DrawList first;
    first.labels = {word(1, "old", {10.0f, 60.0f})};
    fades.apply(first, frame_s, measure);
    DrawList list;
    ScreenRect box;
    box.max = {200.0f, 100.0f};
    list.rects = {box};
    fades.apply(list, frame_s, measure);
    CHECK(opacity(list, 1) == 0.0f);
    CHECK_FALSE(fades.is_fading());
}

TEST_CASE("a label of a row that is no more goes where it stood, with its tick") {
    LabelFades fades;
    ScreenRect tick;
    tick.min = {5.0f, 9.0f};
    tick.max = {9.0f, 10.0f};
    tick.owner = 7;
    DrawList first;
    first.labels = {word(7, "gone", {10.0f, 10.0f})};
    first.rects = {tick};
    fades.apply(first, frame_s, measure);
    DrawList list;
    fades.apply(list, 0.5 * label_fade_s, measure);
    REQUIRE(find(list, 7));
    CHECK(find(list, 7)->position == glm::vec2(10.0f, 10.0f));
    CHECK(opacity(list, 7) == Approx(0.5));
    REQUIRE(list.rects.size() == 1);
    CHECK(list.rects[0].fill.a == Approx(0.5));
    DrawList last;
    fades.apply(last, 0.5 * label_fade_s, measure);
    CHECK(last.labels.empty());
    CHECK(last.rects.empty());
    CHECK_FALSE(fades.is_fading());
}

TEST_CASE("who comes back on the way out goes on from there") {
    LabelFades fades;
    DrawList there;
    there.labels = {word(1, "word", {})};
    fades.apply(there, frame_s, measure);
    DrawList away;
    fades.apply(away, 0.4 * label_fade_s, measure);
    DrawList back;
    back.labels = {word(1, "word", {})};
    fades.apply(back, 0.1 * label_fade_s, measure);
    CHECK(opacity(back, 1) == Approx(0.7));
}

TEST_CASE("the first picture and a cut show what stands, at once, and labels without an id are left alone") {
    LabelFades fades;
    DrawList first;
    first.labels = {word(1, "a", {}), word(0, "title", {})};
    fades.apply(first, 0.0, measure);
    CHECK(opacity(first, 1) == 1.0f);
    DrawList second;
    second.labels = {word(2, "b", {}), word(0, "another title", {})};
    second.absent_labels = {word(1, "a", {})};
    fades.cut();
    fades.apply(second, 0.0, measure);
    CHECK(second.labels.size() == 2);
    CHECK(opacity(second, 2) == 1.0f);
    CHECK(opacity(second, 0) == 1.0f);
    CHECK_FALSE(fades.is_fading());
}

TEST_CASE("no two labels of a picture have one id") {
    const auto towers =
        plan_scene(synthetic::two_stacks(3, 2, 6, 8, synthetic::random(4)), ViewState{}, nullptr);
    REQUIRE(towers->kind == SceneKind::two_towers);
    const auto image = plan_scene(image_of(6), {}, nullptr),
               captioned = plan_scene(captioned_image(), {}, nullptr);
    REQUIRE(image->kind == SceneKind::image_stack);
    REQUIRE(captioned->towers->image);
    for (const auto& scene :
         {scene_of(5), scene_of(30), scene_of(60), scene_of(130), scene_of(400), towers, image, captioned}) {
        for (const FocusKind kind : {FocusKind::none, FocusKind::token, FocusKind::edge}) {
            for (const float inside : {0.0f, 1.0f}) {
                ViewMotion motion;
                motion.inside = inside;
                motion.inside_layer = motion.inside_head = inside > 0.0f ? 2 : -1;
                if (kind != FocusKind::none) {
                    motion.focus = 1.0f;
                    motion.shown_focus = {kind, 0, 2, kind == FocusKind::edge ? 1 : -1, 3, 1, false};
                }
                ViewState view;
                view.selected = motion.shown_focus;
                view.hovered = {FocusKind::token,
                                scene == captioned ? 2 : 0,
                                2,
                                -1,
                                scene == captioned ? -1 : 2,
                                2,
                                true};
                const Camera camera = scene_camera(*scene, CameraPreset::default_view, motion, {}, {});
                const DrawList list = draw_scene(*scene, view, motion, camera, 0.0, {}, measure);
                std::map<uint64_t, std::string> seen;
                for (const auto* labels : {&list.labels, &list.absent_labels})
                    for (const Label& label : *labels) {
                        if (label.id == 0) continue;
                        INFO(label.text << " and " << seen[label.id]);
                        CHECK(seen[label.id].empty());
                        seen[label.id] = label.text;
                    }
                CHECK(seen.size() > 4);
            }
        }
    }
}

TEST_CASE(
    "in a flight past landmarks no label's opacity jumps, and at its end the picture is as if it stood") {
    const auto scene = scene_of(130);
    Animator animator;
    animator.jump_to(scene_camera(*scene, CameraPreset::front, {}, {}, {}));
    animator.advance(0.0, {}, 0);
    animator.fly_to(scene_camera(*scene, CameraPreset::end, {}, {}, {}));
    LabelFades fades;
    std::map<uint64_t, float> before;
    int faded = 0;
    const auto draw = [&] {
        return draw_scene(*scene, {}, animator.motion(), animator.camera(), 0.0, {}, measure);
    };
    for (int n = 0; n < 400; ++n) {
        const DrawList still = draw();
        DrawList list = draw();
        fades.apply(list, frame_s, measure);
        std::map<uint64_t, float> now;
        for (const Label& label : list.labels)
            if (label.id != 0) now[label.id] = label.halo.a / 0.9f;
        for (const auto& [id, opacity] : now) {
            if (n > 0) CHECK(std::abs(opacity - before[id]) <= 0.25f);
            faded += opacity < 0.99f;
        }
        for (const auto& [id, opacity] : before)
            if (!now.contains(id)) CHECK(opacity <= 0.25f);
        before = now;
        if (!animator.is_flying() && !fades.is_fading()) {
            CHECK(list.labels.size() == still.labels.size());
            for (size_t i = 0; i < still.labels.size(); ++i) {
                CHECK(list.labels[i].text == still.labels[i].text);
                CHECK(list.labels[i].color == still.labels[i].color);
            }
            break;
        }
        animator.advance(frame_s, {}, 0);
    }
    CHECK_FALSE(fades.is_fading());
    CHECK(faded > 20);  // some did come and go
}

TEST_CASE("titles and words of image places come and go within 0.2 s, none pops") {
    struct Step {
        const char* what;
        std::shared_ptr<AttentionFrame> frame;
        std::function<void(ViewState&)> change;
        const char* goes;
        const char* comes;
    };
    const auto patch = [](int block, int layer, int token) {
        return Focus{FocusKind::token,        block,     layer, -1, block == 0 ? token : -1,
                     block == 0 ? -1 : token, block != 0};
    };
    const Step steps[]{
        {"another layer opens", image_of(6), [](ViewState& view) { view.opened_layer = 1; },
         "keys of layer 5", "keys of layer 1"},
        {"its title", image_of(6), [](ViewState& view) { view.opened_layer = 1; },
         "what [CLS] reads in layer 5, mean of 2 heads", "what [CLS] reads in layer 1, mean of 2 heads"},
        {"a patch is pointed at", image_of(6), [&](ViewState& view) { view.hovered = patch(0, 5, 4); },
         nullptr, "row 0, column 3"},
        {"a patch of a caption's image", captioned_image(),
         [&](ViewState& view) { view.hovered = patch(2, 2, 4); }, nullptr, "row 0, column 3"},
        {"a patch is selected", captioned_image(), [&](ViewState& view) { view.selected = patch(2, 2, 4); },
         "3 + 3 layers", "cross-attention · who reads patch (row 0, column 3)"}};
    for (const Step& step_of : steps) {
        INFO(step_of.what);
        ViewState view;
        auto scene = plan_scene(step_of.frame, view, nullptr);
        Animator animator;
        animator.jump_to(scene_camera(*scene, CameraPreset::default_view, {}, {}, {}));
        LabelFades fades;
        const auto draw = [&] {
            DrawList list = draw_scene(*scene, view, animator.motion(), animator.camera(), 0.0, {}, measure);
            fades.apply(list, frame_s, measure);
            return list;
        };
        const auto starting = [](const DrawList& list, const char* text) {
            for (const Label& label : list.labels)
                if (text && label.text.starts_with(text)) return label.color.a;
            return 0.0f;
        };
        animator.advance(frame_s, view, 0);
        const DrawList first = draw();
        if (step_of.goes) CHECK(starting(first, step_of.goes) > 0.9f);
        CHECK(starting(first, step_of.comes) == 0.0f);
        step_of.change(view);
        scene = follow_focus(scene, view);
        float gone = starting(first, step_of.goes), come = 0.0f;
        int frames = 0;
        for (; frames < 60 && (fades.is_fading() || come < 0.9f); ++frames) {
            animator.advance(frame_s, view, 0);
            const DrawList list = draw();
            const float goes = starting(list, step_of.goes), comes = starting(list, step_of.comes);
            CHECK(gone - goes <= 2.0f * static_cast<float>(step) + 0.08f);  // what recedes fades besides
            CHECK(comes - come <= 2.0f * static_cast<float>(step) + 1e-4f);
            gone = goes;
            come = comes;
        }
        CHECK(gone == 0.0f);
        CHECK(come > 0.9f);
        CHECK(frames <= 30);
    }
}
