// Which line is found under the pointer, against a walk over every drawn line at many points of each.
#include "scenes/line_picking.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "scenes/flow_lines.h"
#include "scenes/level_of_detail.h"
#include "scenes/picking.h"
#include "scenes/projection.h"
#include "selection_twin.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

struct Nearest {
    float px = 1e9f;
    uint64_t lines = 0;
};

// Distance in px from the pointer to the border of the nearest line of a batch, by its definition in
// draw_list.h.
Nearest nearest_by_walk(const FlowBatch& batch, const WeightBlock& block, const DrawCamera& camera,
                        const Viewport& viewport, glm::vec2 pointer) {
    Nearest nearest;
    const float focal = std::abs(camera.clip_from_view[1][1]) * 0.5f * float(viewport.size.y);
    for (uint32_t s = 0; s < block.slices; ++s)
        for (uint32_t r = 0; r < block.rows; ++r)
            for (uint32_t c = 0; c < block.columns; ++c) {
                if (!twin::is_drawn(block, batch.selection, s, r, c)) continue;
                ++nearest.lines;
                const float weight =
                    std::abs((*block.values)[(size_t{s} * block.rows + r) * block.columns + c]);
                const glm::vec3 a = batch.source_origin + float(s) * batch.source_slice_step +
                                    float(c) * batch.source_column_step;
                const glm::vec3 d = batch.target_origin + float(s) * batch.target_slice_step +
                                    float(r) * batch.target_row_step;
                const glm::vec3 b = a + batch.axis * batch.handle_u, e = d - batch.axis * batch.handle_u;
                for (int k = 0; k <= 300; ++k) {
                    const float t = float(k) / 300.0f, u = 1.0f - t;
                    const glm::vec3 at =
                        u * u * u * a + 3.0f * u * u * t * b + 3.0f * u * t * t * e + t * t * t * d;
                    const glm::vec3 on = screen_from_world(camera, viewport, at);
                    if (on.z <= near_plane_u) continue;
                    const float width =
                        std::clamp(batch.width_u * batch.width_scale * std::sqrt(weight) *
                                       glm::mix(1.0f, batch.taper, t) * focal / on.z,
                                   batch.min_px * viewport.ui_scale, batch.max_px * viewport.ui_scale);
                    nearest.px = std::min(
                        nearest.px, std::max(glm::length(glm::vec2(on) - pointer) - 0.5f * width, 0.0f));
                }
            }
    return nearest;
}

struct RandomViews {
    std::mt19937 engine{11};
    float number(float from, float to) { return std::uniform_real_distribution<float>(from, to)(engine); }
    Camera camera(const TextStackPlan& plan, const Viewport& viewport) {
        Camera camera = text_stack_camera(plan, CameraPreset::default_view, {}, {}, viewport);
        camera.yaw_deg = number(-80.0f, 80.0f);
        camera.pitch_deg = number(-60.0f, 60.0f);
        camera.distance_u *= number(0.15f, 1.5f);
        camera.fov_deg = number(15.0f, 50.0f);
        camera.target += glm::vec3(number(-4.0f, 4.0f), number(-4.0f, 4.0f), number(-2.0f, 2.0f));
        return camera;
    }
};

// A thin line is met a few pixels beside it, and no line is found where the walk finds none.
void compare_with_walk(const TextStackPlan& plan, int views) {
    RandomViews views_of;
    Viewport viewport;
    const TextStackLayout layout = make_layout(plan, {}, viewport);
    constexpr float reach = 6.0f;
    int met = 0;
    for (int v = 0; v < views; ++v) {
        const Camera eye = views_of.camera(plan, viewport);
        const DrawCamera camera = draw_camera(eye, viewport);
        const glm::vec2 pointer{views_of.number(0.0f, 1280.0f), views_of.number(0.0f, 720.0f)};
        for (int layer = 0; layer < layout.layers; ++layer) {
            const LayerDetail detail = layer_detail(plan, layout, eye, viewport, layer);
            for (const FlowBatch& batch : resting_batches(plan, layout, plan.view, {}, detail, layer)) {
                const auto l = static_cast<size_t>(layer);
                const WeightBlock& block =
                    batch.block < plan.blocks.size() ? plan.blocks[l] : plan.merged_blocks[l];
                const Nearest nearest = nearest_by_walk(batch, block, camera, viewport, pointer);
                LineHit hit;
                const auto lines = plan.memory->lines(block, batch.selection);
                pick_line(batch, block, *lines, camera, viewport, pointer, reach, hit);
                CAPTURE(v, layer, nearest.px, hit.distance_px);
                REQUIRE(lines->size() == nearest.lines);
                if (nearest.px < reach - 0.3f) REQUIRE(hit.found);
                if (nearest.px > reach + 0.3f) REQUIRE_FALSE(hit.found);
                if (hit.found) REQUIRE(hit.distance_px < nearest.px + 0.8f);
                met += hit.found;
            }
        }
    }
    CHECK(met > views / 10);
}

}  // namespace

TEST_CASE("the nearest line is found from random places, as a walk over all drawn lines finds it") {
    ViewState view;
    compare_with_walk(*plan_text_stack(synthetic::frame(3, 4, 20, synthetic::random(4)), view, nullptr), 150);
    view.threshold.mode = ThresholdMode::top_k;
    view.threshold.top_k = 1;
    compare_with_walk(*plan_text_stack(synthetic::frame(2, 3, 40, synthetic::random(5)), view, nullptr), 60);
}

TEST_CASE("block lines are found like lines between tokens, and mean their strongest line") {
    const auto plan =
        plan_text_stack(synthetic::frame(2, 2, 180, synthetic::random(6, 3.5f, 60.0f)), {}, nullptr);
    REQUIRE(plan->near);
    compare_with_walk(*plan, 60);
    const Viewport viewport;
    const Camera camera = text_stack_camera(*plan, CameraPreset::default_view, {}, {}, viewport);
    int edges = 0;
    for (int y = 90; y < 630; y += 4)
        for (int x = 130; x < 1150; x += 23) {
            const Focus focus = pick_text_stack(*plan, {}, camera, viewport, glm::vec2(x, y), false);
            if (focus.kind != FocusKind::edge) continue;
            ++edges;
            const WeightBlock& block = plan->merged_blocks[size_t(focus.layer)];
            REQUIRE(twin::is_drawn(block, plan->layers[size_t(focus.layer)].selection, uint32_t(focus.head),
                                   uint32_t(focus.query / 2), uint32_t(focus.key / 2)));
            const auto lane = lane_weights(*plan, focus.layer, focus.head);
            const float met = lane[size_t(focus.query * 180 + focus.key)];
            for (const int i : {focus.query / 2 * 2, focus.query / 2 * 2 + 1})
                for (const int j : {focus.key / 2 * 2, focus.key / 2 * 2 + 1})
                    if (!plan->layers[size_t(focus.layer)].sink_keys[size_t(j)])
                        CHECK(lane[size_t(i * 180 + j)] <= met);
        }
    CHECK(edges > 50);
}
