#include "scenes/level_of_detail.h"

#include <catch2/catch.hpp>

#include "scenes/flow_lines.h"
#include "scenes/projection.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

std::shared_ptr<const TextStackPlan> plan_of(int tokens) {
    return plan_text_stack(synthetic::frame(2, 2, tokens, synthetic::random(9, 2.5f, 20.0f)), {}, nullptr);
}

// Of a line of weight 1 that is so far from the eye, px.
float width_px(const FlowBatch& batch, const Camera& camera, float distance_u) {
    return std::min(batch.width_u * pixels_per_unit(camera, {}, distance_u), batch.max_px);
}

}  // namespace

TEST_CASE("coming near close rows parts their lines instead of thickening them") {
    for (const int tokens : {130, 512}) {
        const auto plan = plan_of(tokens);
        Camera camera = text_stack_camera(*plan, CameraPreset::default_view, {}, {}, {});
        const TextStackLayout layout = make_layout(*plan, {}, {});
        CHECK(width_part(layout, camera, {}, camera.distance_u) == 1.0f);
        float last_row_px = 0.0f, last_px = 0.0f;
        for (float distance = camera.distance_u; distance > 3.0f; distance *= 0.8f) {
            camera.target = {0.0f, 0.0f, 0.0f};
            camera.distance_u = distance;
            const LayerDetail detail = layer_detail(*plan, layout, camera, {}, 0);
            const float row_px = layout.token_pitch * pixels_per_unit(camera, {}, distance);
            for (const FlowBatch& batch : resting_batches(*plan, layout, {}, {}, detail, 0)) {
                const float px = width_px(batch, camera, distance);
                CAPTURE(tokens, distance, row_px, px);
                CHECK(px <= std::max(9.0f, 0.35f * row_px));
                CHECK(px >= 4.0f);
                if (last_px > 0.0f) CHECK(px / last_px < row_px / last_row_px * 1.05f);  // no jump
                last_px = px;
            }
            last_row_px = row_px;
        }
    }
}

TEST_CASE("few words keep their lines' width wherever somebody stands") {
    const auto plan = plan_of(12);
    const TextStackLayout layout = make_layout(*plan, {}, {});
    Camera camera;
    for (const float distance : {60.0f, 30.0f, 10.0f, 4.0f})
        CHECK(width_part(layout, camera, {}, distance) == 1.0f);
}

TEST_CASE("what is left out as too thin is measured by the width that is drawn") {
    const auto plan = plan_of(512);
    const TextStackLayout layout = make_layout(*plan, {}, {});
    Camera camera;
    camera.distance_u = 6.0f;
    const LayerDetail detail = layer_detail(*plan, layout, camera, {}, 1);
    const auto batches = resting_batches(*plan, layout, {}, {}, detail, 1);
    REQUIRE(!batches.empty());
    for (const FlowBatch& batch : batches) CHECK(batch.selection.threshold >= detail.least_weight);
    CHECK(detail.width < 1.0f);
    Camera far = camera;
    far.distance_u = 600.0f;
    CHECK(layer_detail(*plan, layout, far, {}, 1).least_weight > detail.least_weight);
}
