#include "scenes/camera_fit.h"

#include <catch2/catch.hpp>

#include "scenes/layout.h"
#include "scenes/projection.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

std::shared_ptr<const TextStackPlan> plan_of(int layers, int heads, int tokens) {
    return plan_text_stack(synthetic::frame(layers, heads, tokens, synthetic::uniform()), {}, nullptr);
}

ScreenBounds seen(const TextStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                  const Viewport& viewport) {
    ScreenBounds box{1e9f, 1e9f, -1e9f, -1e9f};
    for (const glm::vec3& corner : make_layout(plan, motion, viewport).box_corners()) {
        const glm::vec3 p = screen_from_world(draw_camera(camera, viewport), viewport, corner);
        REQUIRE(p.z > 0.0f);
        box = {std::min(box.left, p.x), std::min(box.top, p.y), std::max(box.right, p.x),
               std::max(box.bottom, p.y)};
    }
    return box;
}

}  // namespace

TEST_CASE("the default view of 12 layers and 15 tokens stands where the design put it") {
    const auto plan = plan_of(12, 12, 15);
    const Camera camera = text_stack_camera(*plan, CameraPreset::default_view, {}, {}, {});
    CHECK(camera.yaw_deg == -18.0f);
    const glm::vec3 eye = camera.eye();
    INFO(eye.x << " " << eye.y << " " << eye.z << " target " << camera.target.x << " " << camera.target.y);
    CHECK(eye.x == Approx(-15.6f).margin(0.6));
    CHECK(eye.y == Approx(3.8f).margin(0.6));
    CHECK(eye.z == Approx(46.4f).margin(1.5));
}

TEST_CASE("every fitted view holds the whole box within the margins and touches two of them") {
    for (const auto& [layers, heads, tokens] :
         {std::tuple{1, 1, 1}, {1, 12, 2}, {6, 12, 16}, {12, 12, 15}, {12, 12, 130}, {24, 16, 48}}) {
        const auto plan = plan_of(layers, heads, tokens);
        for (const glm::ivec2 size : {glm::ivec2(1280, 720), glm::ivec2(640, 360), glm::ivec2(3840, 2160)})
            for (const float panel : {0.0f, 0.25f})
                for (const CameraPreset preset : {CameraPreset::default_view, CameraPreset::front,
                                                  CameraPreset::top, CameraPreset::end}) {
                    Viewport viewport;
                    viewport.size = size;
                    viewport.ui_scale = static_cast<float>(size.y) / 720.0f;
                    viewport.panel_px = panel * static_cast<float>(size.x);
                    ViewMotion motion;
                    motion.fold = preset == CameraPreset::front ? 1.0f : 0.0f;
                    const Camera camera = text_stack_camera(*plan, preset, motion, {}, viewport);
                    const ScreenBounds box = seen(*plan, motion, camera, viewport);
                    const ScreenBounds margins = picture_margins(viewport, 1.0f, plan->lanes);
                    const float slack = 0.002f * static_cast<float>(size.x);
                    INFO(layers << " layers " << tokens << " tokens, preset " << static_cast<int>(preset)
                                << ", " << size.x << " px");
                    CHECK(box.left >= margins.left - slack);
                    CHECK(box.right <= margins.right + slack);
                    CHECK(box.top >= margins.top - slack);
                    CHECK(box.bottom <= margins.bottom + slack);
                    const bool fills_width =
                        box.left < margins.left + slack && box.right > margins.right - slack;
                    const bool fills_height =
                        box.top < margins.top + slack && box.bottom > margins.bottom - slack;
                    CHECK((fills_width || fills_height));
                }
    }
}

TEST_CASE("inside a head both columns of tokens stand left and right of the middle, in the picture") {
    const auto plan = plan_of(6, 12, 16);
    ViewMotion motion;
    motion.inside = 1.0f, motion.inside_layer = 3, motion.inside_head = 1;
    const Viewport viewport;
    const Camera camera = text_stack_camera(*plan, CameraPreset::head, motion,
                                            {FocusKind::head, 0, 3, 1, -1, -1, false}, viewport);
    CHECK(camera.yaw_deg == -7.0f);
    CHECK(camera.fov_deg == 30.0f);
    const TextStackLayout layout = make_layout(*plan, motion, viewport);
    for (int token = 0; token < 16; ++token) {
        const DrawCamera drawn = draw_camera(camera, viewport);
        const glm::vec3 key = screen_from_world(drawn, viewport, layout.key_position(3, 1, token));
        const glm::vec3 query = screen_from_world(drawn, viewport, layout.query_position(3, 1, token));
        CHECK(key.x > 150.0f);
        CHECK(query.x < 1130.0f);
        CHECK(query.x - key.x > 200.0f);
        CHECK(key.y > 60.0f);
        CHECK(key.y < 660.0f);
    }
}
