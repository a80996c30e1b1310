#include <algorithm>
#include <cmath>

#include "scenes/image_hud.h"
#include "scenes/theme.h"
#include "tests/scenes/image_rig.h"

using namespace weft;

TEST_CASE("what the picture says: who reads where, shares that add up, the numbers' scale") {
    ImagePlace place(synthetic::image_frame(9, 6, 1, 3, 4, synthetic::random(3), 40, 30));
    std::string words = all_words(place.draw());
    CHECK(words.find("what [CLS] reads in layer 8, mean of 6 heads") != std::string::npos);
    place.view.heads = {{8, 5}};
    place.scene = plan_scene(place.plan().frame, place.view, nullptr);
    place.select_query(1 + 2 * 4 + 1);
    words = all_words(place.draw());
    CHECK(words.find("what patch (row 2, column 1) reads in layer 8, head 5") != std::string::npos);
    CHECK(words.find("keys of layer 8") != std::string::npos);
    CHECK(words.find("layers 0–7") != std::string::npos);
    CHECK(words.find("√(weight / p98)") != std::string::npos);
    int percents = 0;
    for (const Label& label : place.draw().labels) {
        const bool is_ledger = label.text.starts_with("patches with a line") ||
                               label.text.starts_with("other patches") ||
                               (label.text.starts_with("[CLS] ") && label.position.y > 650.0f);
        if (is_ledger)
            percents += std::stoi(label.text.substr(label.text.find_last_of(' ', label.text.size() - 3) + 1));
    }
    CHECK(percents == 100);
}

TEST_CASE("the picture fits between title and strip in every theme and size") {
    for (const ThemeName name : {ThemeName::dark, ThemeName::light, ThemeName::projector})
        for (const glm::ivec2 size : {glm::ivec2(1280, 720), glm::ivec2(640, 360), glm::ivec2(1920, 1080)}) {
            ViewState view;
            view.theme = name;
            ImagePlace place(synthetic::image_frame(6, 12, 1, 4, 4, synthetic::random(3), 40, 40), view);
            place.viewport.size = size;
            place.viewport.ui_scale = static_cast<float>(size.x) / 1280.0f;
            const ImageHudLayout hud = image_hud_layout(place.plan(), place.viewport);
            for (const glm::vec3& corner : place.layout().box_corners()) {
                const glm::vec2 at = place.screen(corner);
                CHECK(at.y < hud.panes_foot_px);
                CHECK(at.y > 0.0f);
                CHECK(at.x > 0.0f);
                CHECK(at.x < static_cast<float>(size.x));
            }
            CHECK(hud.panes_foot_px > 0.4f * static_cast<float>(size.y));
            CHECK(hud.tiles.size() == 12);
        }
}

TEST_CASE("the default path opens every layer once and ends at the default view") {
    ImagePlace place(synthetic::image_frame(5, 1, 1, 2, 2, synthetic::uniform(), 20, 20));
    int opened = -1;
    float before = 0.0f;
    for (double t = 0.0; t <= default_path_duration_s; t += 1.0 / 30.0) {
        const PathPose pose = scene_path(*place.scene, t, place.viewport);
        CHECK(pose.motion.open_key >= before);
        before = pose.motion.open_key;
        CHECK((pose.opened_layer == opened || pose.opened_layer == opened + 1));
        opened = pose.opened_layer;
        CHECK(std::abs(pose.motion.open_key - static_cast<float>(opened)) <= 0.5f);
    }
    CHECK(opened == 4);
    const PathPose last = scene_path(*place.scene, default_path_duration_s, place.viewport);
    CHECK(last.motion.fold == 0.0f);
    CHECK(last.camera.yaw_deg == Approx(-40.0f));
}

TEST_CASE(
    "seen from behind, what stands before a pane hides its frame, and no word is of what lies behind the "
    "eye") {
    ImagePlace place(synthetic::image_frame(3, 2, 1, 4, 5, one_bright(6)));
    place.select_query(7);
    const auto frames_on = [&](const DrawList& list, int pane) {
        const float x = place.layout().x(pane);
        return std::ranges::count_if(list.strokes_above, [&](const Stroke& stroke) {
            return std::abs(stroke.a.x - x) < 1e-4f && std::abs(stroke.b.x - x) < 1e-4f &&
                   stroke.width_px == 3.0f && stroke.a != stroke.b;
        });
    };
    const auto draw_from = [&](const Camera& camera) {
        return draw_scene(*place.scene, place.view, place.motion, camera, 0.0, place.viewport, measure());
    };
    CHECK(frames_on(place.draw(), -1) == 4);
    // Behind its slivers the image is hidden, and so is what is framed on it.
    Camera behind;
    behind.yaw_deg = 90.0f;
    behind.pitch_deg = 0.0f;
    behind.distance_u = 60.0f;
    behind.target = glm::vec3(place.layout().x(-1), 0.0f, 0.0f);
    CHECK(frames_on(draw_from(behind), -1) == 0);
    CHECK(frames_on(draw_from(behind), place.plan().query_pane) == 4);
    // Between keys and queries, looking at the queries: nothing else is there to be named.
    Camera between;
    between.yaw_deg = -90.0f;
    between.pitch_deg = 0.0f;
    between.distance_u = 1.0f;
    const float keys = place.layout().x(place.plan().key_pane),
                queries = place.layout().x(place.plan().query_pane);
    between.target = {glm::mix(keys, queries, 0.3f) + 1.0f, 0.0f, 0.0f};
    const DrawList inside = draw_from(between);
    CHECK(find_label(inside, "image") == nullptr);
    CHECK(find_label(inside, "keys of layer 0") == nullptr);
}

TEST_CASE("a pane goes before the eye flies through it") {
    ImagePlace place(synthetic::image_frame(3, 2, 1, 4, 5, one_bright(6)));
    Camera camera;
    camera.yaw_deg = -90.0f;
    camera.pitch_deg = 0.0f;
    camera.distance_u = 1.0f;
    const float at = place.layout().x(place.plan().key_pane);
    const auto strongest = [&](float before_u) {
        camera.target = {at - before_u + 1.0f, 0.0f, 0.0f};
        float most = 0.0f;
        for (const TexturedPlane& plane :
             draw_scene(*place.scene, place.view, {}, camera, 0.0, place.viewport, measure()).textured_planes)
            if (std::abs(plane.corners[0].x - at) < 1e-4f) most = std::max(most, plane.tint.a);
        return most;
    };
    CHECK(strongest(3.0f) == 1.0f);
    CHECK(strongest(0.5f) < 0.4f);
    CHECK(strongest(0.05f) == 0.0f);
}

TEST_CASE("thumbnails hide what flies behind them") {
    ImagePlace place(synthetic::image_frame(3, 2, 1, 4, 5, one_bright(6)));
    const DrawList list = place.draw();
    REQUIRE(!list.pictures.empty());
    CHECK(list.pictures.front().tint.a == 1.0f);
    CHECK(list.pictures.front().cells.numbers == nullptr);
    CHECK(list.pictures.size() == 3 * place.plan().strip.size());
}
