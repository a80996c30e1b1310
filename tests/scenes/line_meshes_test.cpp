#include "scenes/line_meshes.h"

#include <catch2/catch.hpp>
#include <random>

#include "scenes/label_placement.h"
#include "scenes/markers.h"
#include "scenes/mesh_assets.h"
#include "scenes/projection.h"
#include "scenes/scene.h"
#include "scenes/wave.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

float measure(std::string_view text, float size_px, bool) {
    return 0.5f * size_px * static_cast<float>(text.size());
}

Scene some_scene(const ViewState& view, int heads = 3) {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> weight(0.0f, 1.0f);
    const auto frame = synthetic::frame(4, heads, 9, [&](int, int, int, int) {
        const float w = weight(random);
        return w * w * w * w;
    });
    return *plan_scene(frame, view, nullptr);
}

ViewState with_query() {
    ViewState view;
    view.selected = {FocusKind::token, 0, 1, -1, 4, -1, false};
    return view;
}

ViewMotion focused(const ViewState& view) {
    ViewMotion motion;
    motion.focus = 1.0f;
    motion.shown_focus = view.selected;
    return motion;
}

DrawList drawn(const Scene& scene, const ViewState& view, const ViewMotion& motion,
               const Viewport& viewport = {}) {
    const Camera camera = scene_camera(scene, CameraPreset::default_view, motion, {}, viewport);
    return draw_scene(scene, view, motion, camera, 0.0, viewport, measure);
}

size_t count(const DrawList& list, MeshAsset asset) {
    return static_cast<size_t>(
        std::ranges::count_if(list.meshes, [&](const Mesh& mesh) { return mesh.data == mesh_asset(asset); }));
}

}  // namespace

TEST_CASE("beads run from key to query along the selected query's lines, in its layer alone") {
    const ViewState view = with_query();
    const Scene scene = some_scene(view);
    ViewMotion motion = focused(view);
    const double layer_s = wave_layer_s(4);
    float before = -1e9f;
    for (const double part : {0.1, 0.3, 0.5, 0.9}) {
        motion.wave_s = static_cast<float>((1.0 + part) * layer_s);
        const DrawList list = drawn(scene, view, motion);
        size_t lines = 0;
        for (const FlowBatch& batch : list.flows) {
            if (batch.selection.only_row < 0) continue;
            for (uint32_t s = 0; s < 3; ++s)
                for (uint32_t c = 0; c < 9; ++c) {
                    const size_t at = (size_t{s} * 9 + 4) * 9 + c;
                    const float value = (*list.blocks[batch.block].values)[at];
                    const auto& masked = batch.selection.column_mask;
                    if (value >= batch.selection.threshold && !(masked && ((*masked)[0] >> c & 1u))) ++lines;
                }
        }
        REQUIRE(lines > 0);
        CHECK(count(list, MeshAsset::bead) == lines);
        const float x = list.meshes.front().world_from_mesh[3].x;
        CHECK(x > before);
        before = x;
    }
    motion.wave_s = static_cast<float>(2.5 * layer_s);
    CHECK(drawn(scene, view, motion).meshes.empty());
}

TEST_CASE("still pictures have no beads") {
    ViewState view = with_query();
    const Scene scene = some_scene(view);
    ViewMotion motion = focused(view);
    CHECK(drawn(scene, view, motion).meshes.empty());
    motion.wave_s = static_cast<float>(1.5 * wave_layer_s(4));
    CHECK(count(drawn(scene, view, motion), MeshAsset::bead) > 0);
    view.reduced_motion = true;
    CHECK(drawn(scene, view, motion).meshes.empty());
    view.reduced_motion = false;
    view.motion = false;
    CHECK(drawn(scene, view, motion).meshes.empty());
    // Nothing selected: the pulses of all lines stay soft light.
    ViewState rest;
    ViewMotion wave;
    wave.wave_s = motion.wave_s;
    CHECK(drawn(scene, rest, wave).meshes.empty());
}

TEST_CASE("a point of a line starts at its key, ends at its query and runs along the axis at both") {
    FlowBatch batch;
    batch.source_origin = {0, 1, 0};
    batch.source_column_step = {0, -1, 0};
    batch.target_origin = {4, 1, 0};
    batch.target_row_step = {0, -1, 0};
    batch.handle_u = 2.0f;
    CHECK(glm::length(flow_point(batch, 0, 3, 1, 0.0f) - glm::vec3(0, 0, 0)) < 1e-6f);
    CHECK(glm::length(flow_point(batch, 0, 3, 1, 1.0f) - glm::vec3(4, -2, 0)) < 1e-6f);
    CHECK(glm::length(flow_point(batch, 0, 3, 1, 0.5f) - glm::vec3(2, -1, 0)) < 1e-6f);
    const glm::vec3 start = flow_point(batch, 0, 3, 1, 0.001f) - flow_point(batch, 0, 3, 1, 0.0f);
    CHECK(std::abs(start.y) < 0.01f * start.x);
    // Between them it is the cubic of draw_list.h, here by de Casteljau's construction.
    for (const float t : {0.1f, 0.25f, 0.8f}) {
        std::vector<glm::vec3> points{{0, 0, 0}, {2, 0, 0}, {2, -2, 0}, {4, -2, 0}};
        while (points.size() > 1) {
            for (size_t i = 0; i + 1 < points.size(); ++i) points[i] = glm::mix(points[i], points[i + 1], t);
            points.pop_back();
        }
        CHECK(glm::length(flow_point(batch, 0, 3, 1, t) - points[0]) < 1e-5f);
    }
}

TEST_CASE("arrow heads are off by default and have their tips at the queries") {
    ViewState view;
    const Scene scene = some_scene(view);
    CHECK(drawn(scene, view, {}).meshes.empty());
    view.arrows = true;
    const DrawList list = drawn(scene, view, {});
    CHECK(count(list, MeshAsset::arrow_head) > 10);
    CHECK(list.meshes.size() <= scene.stack->ledger.lines);
    for (const Mesh& mesh : list.meshes) {
        const glm::vec3 tip(mesh.world_from_mesh * glm::vec4(0, 0, 0, 1));
        const glm::vec3 back(mesh.world_from_mesh * glm::vec4(-1, 0, 0, 1));
        CHECK(back.x < tip.x);
        CHECK(std::abs(back.y - tip.y) < 1e-4f);
        // On a pane but the first.
        bool on_pane = false;
        for (const FlowBatch& batch : list.flows)
            on_pane = on_pane || std::abs(tip.x - batch.target_origin.x) < 1e-3f;
        CHECK(on_pane);
        CHECK(mesh.color.a == 1.0f);
    }
    view.threshold.mode = ThresholdMode::value;
    view.threshold.value = 0.0f;
    const Scene all = some_scene(view, 12);
    CHECK(all.stack->ledger.lines > most_arrow_heads);
    CHECK(drawn(all, view, {}).meshes.empty());
}

TEST_CASE("markers have one size on the picture, and none stands in the viewer's face") {
    Markers markers;
    SECTION("pins with their names") {
        DrawList list;
        Camera viewer, near;
        viewer.distance_u = 40.0f;
        near.distance_u = 10.0f;
        markers.pins = {{near, "near"}, {viewer, "the viewer's own"}};
        add_markers(list, markers, {}, {}, viewer, {}, measure);
        REQUIRE(list.meshes.size() == 1);
        REQUIRE(list.labels.size() == 1);
        CHECK(list.labels[0].text == "near");
        const glm::vec3 foot(list.meshes[0].world_from_mesh[3]);
        CHECK(glm::length(foot - near.eye()) < 1e-4f);
        const DrawCamera camera = draw_camera(viewer, {});
        const glm::vec3 top(list.meshes[0].world_from_mesh * glm::vec4(0, 1, 0, 1));
        const float height = screen_from_world(camera, {}, foot).y - screen_from_world(camera, {}, top).y;
        CHECK(height == Approx(30.0f).margin(1.5f));
    }
    SECTION("cameras along a path look where theirs look") {
        DrawList list;
        Camera viewer, along;
        viewer.distance_u = 40.0f;
        along.distance_u = 10.0f;
        along.yaw_deg = 35.0f;
        along.pitch_deg = -12.0f;
        markers.path = {along};
        add_markers(list, markers, {}, {}, viewer, {}, measure);
        REQUIRE(list.meshes.size() == 1);
        const glm::mat4& world = list.meshes[0].world_from_mesh;
        const float size = glm::length(glm::vec3(world[2]));
        CHECK(glm::length(glm::vec3(world[3]) - along.eye()) < 1e-4f);
        CHECK(glm::length(glm::vec3(world[2]) / size + along.forward()) < 1e-4f);
        CHECK(world[1][1] > 0.9f * size);
        const float depth = glm::dot(along.eye() - viewer.eye(), viewer.forward());
        CHECK(size * pixels_per_unit(viewer, {}, depth) == Approx(34.0f).margin(0.1f));
    }
    SECTION("names find room beside, over or under their pins, else numbers do, and none overlap") {
        Camera viewer;
        viewer.distance_u = 40.0f;
        DrawList list;
        for (int i = 0; i < 12; ++i) {
            Camera place;
            place.distance_u = 10.0f;
            place.target = {0.9f * float(i % 4), 0.55f * float(i / 4), 0.0f};
            markers.pins.push_back({place, "a place with quite a name", i < 9 ? i + 1 : 0});
        }
        add_markers(list, markers, {}, {}, viewer, {}, measure);
        int names = 0, numbers = 0;
        for (size_t a = 0; a < list.labels.size(); ++a) {
            names += list.labels[a].text.size() > 1;
            numbers += list.labels[a].text.size() == 1;
            const ScreenBounds box = label_bounds(list.labels[a], measure);
            for (size_t b = 0; b < a; ++b) CHECK_FALSE(overlap(box, label_bounds(list.labels[b], measure)));
            for (const Label& absent : list.absent_labels) CHECK(absent.id != list.labels[a].id);
        }
        CHECK(names >= 3);
        CHECK(numbers >= 3);
        CHECK(names + numbers >= 9);  // every pin that has a number is told

        // Something at its right: the name stands at the left.
        Markers one;
        one.pins = {markers.pins.front()};
        DrawList alone, beside;
        add_markers(alone, one, {}, {}, viewer, {}, measure);
        const ScreenBounds taken = label_bounds(alone.labels.at(0), measure);
        ScreenRect rect;
        rect.min = {taken.left, taken.top};
        rect.max = {taken.right, taken.bottom};
        beside.rects.push_back(rect);
        add_markers(beside, one, {}, {}, viewer, {}, measure);
        REQUIRE(beside.labels.size() == 1);
        CHECK(beside.labels[0].text == "a place with quite a name");
        CHECK(label_bounds(beside.labels[0], measure).right < taken.left);
    }
    SECTION("a prop stands where it was put, else at the selection, else nowhere") {
        markers.prop = Prop{mesh_asset(MeshAsset::pin), std::nullopt, 2.0f};
        DrawList nowhere, selected, placed;
        add_markers(nowhere, markers, {}, {}, {}, {}, measure);
        CHECK(nowhere.meshes.empty());
        add_markers(selected, markers, glm::vec3(1, 2, 3), {}, {}, {}, measure);
        REQUIRE(selected.meshes.size() == 1);
        CHECK(selected.meshes[0].world_from_mesh[3] == glm::vec4(1, 2, 3, 1));
        CHECK(selected.meshes[0].world_from_mesh[0][0] == 2.0f);
        markers.prop->at = glm::vec3(-1, 0, 0);
        add_markers(placed, markers, glm::vec3(1, 2, 3), {}, {}, {}, measure);
        CHECK(placed.meshes.at(0).world_from_mesh[3] == glm::vec4(-1, 0, 0, 1));
    }
}
