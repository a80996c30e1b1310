#include "scenes/image_tower.h"

#include <catch2/catch.hpp>
#include <set>

#include "scenes/flow_lines.h"
#include "scenes/projection.h"
#include "scenes/scene.h"
#include "scenes/shown_block.h"
#include "scenes/two_towers_layout.h"
#include "selection_twin.h"
#include "synthetic_image.h"

using namespace weft;

namespace {

constexpr int layers = 3, heads = 2, special = 2, rows = 4, columns = 5, target = 6;
constexpr int source = special + rows * columns;

float measure(std::string_view text, float size_px, bool) {
    return 0.5f * size_px * static_cast<float>(text.size());
}

// Each query of the text reads one patch most of all.
int favourite(int query) {
    return special + (query * 7 + 3) % (rows * columns);
}

std::shared_ptr<AttentionFrame> frame_of() {
    auto frame = synthetic::two_stacks(layers, heads, source, target, [](int, int head, int query, int key) {
        return key == favourite(query) ? 2.0f : 0.01f + 0.01f * static_cast<float>((key * 5 + head) % 7);
    });
    const auto image = synthetic::image_frame(1, 1, special, rows, columns, synthetic::uniform(), 50, 40);
    frame->stacks[0] = image->stacks[0];
    return frame;
}

struct Towers {
    std::shared_ptr<AttentionFrame> frame = frame_of();
    ViewState view;
    std::shared_ptr<const Scene> scene = plan_scene(frame, view, nullptr);
    Viewport viewport;
    Camera camera = scene_camera(*scene, CameraPreset::default_view, {}, {}, viewport);
    TwoTowersLayout layout = make_towers_layout(*scene->towers, {}, viewport);
    const TwoTowersPlan& plan() const { return *scene->towers; }
};

}  // namespace

TEST_CASE("an image stands in the encoder's place, and is an image stack while its encoder is in front") {
    const Towers towers;
    REQUIRE(towers.scene->kind == SceneKind::two_towers);
    REQUIRE(towers.plan().image);
    REQUIRE(towers.layout.image);
    for (const TowerPart& part : tower_parts(towers.plan())) CHECK(part.kind != AttentionKind::encoder);
    ViewState of_encoder;
    of_encoder.attention = AttentionKind::encoder;
    const auto stack = plan_scene(towers.frame, of_encoder, towers.scene.get());
    CHECK(stack->kind == SceneKind::image_stack);
    const auto back = plan_scene(towers.frame, {}, stack.get());
    CHECK(back->kind == SceneKind::two_towers);
    for (const glm::vec3& corner : towers.layout.corners()) {
        const glm::vec3 at =
            screen_from_world(draw_camera(towers.camera, towers.viewport), towers.viewport, corner);
        CHECK(at.x > 0.0f);
        CHECK(at.x < 1280.0f);
        CHECK(at.y > 0.0f);
        CHECK(at.y < 720.0f);
    }
}

TEST_CASE("patches do not merge however many they are, words of a long text beside them do") {
    const auto plan_of = [](int written) {
        auto frame = synthetic::two_stacks(1, 1, 1 + 14 * 14, written, synthetic::random(3));
        frame->stacks[0] = synthetic::image_frame(1, 1, 1, 14, 14, synthetic::uniform(), 50, 40)->stacks[0];
        return plan_scene(frame, {}, nullptr);
    };
    const auto scene = plan_of(5);
    CHECK(scene->towers->image);
    CHECK(scene->towers->cross->tokens_per_block == 1);
    CHECK_FALSE(plan_of(170)->towers->image);
}

TEST_CASE("every line of cross-attention is drawn once and leaves the middle of its patch") {
    const Towers towers;
    const TextStackPlan& cross = *towers.plan().cross;
    const ImageStackPlan& face = *towers.plan().image->face;
    const ImageTowerLayout& image = *towers.layout.image;
    for (int layer = 0; layer < layers; ++layer) {
        const WeightBlock& block = cross.blocks[static_cast<size_t>(layer)];
        const FlowBatch whole = layer_batch(cross, towers.layout.cross, towers.view, {}, layer);
        const auto parts = over_patches(*towers.plan().image, image, layer, whole);
        CHECK(parts.size() == rows + 1);
        uint64_t lines = 0;
        for (const FlowBatch& part : parts)
            for (uint32_t h = 0; h < block.slices; ++h)
                for (uint32_t i = 0; i < block.rows; ++i)
                    for (uint32_t j = 0; j < block.columns; ++j) {
                        if (!twin::is_drawn(block, part.selection, h, i, j)) continue;
                        ++lines;
                        CHECK(twin::is_drawn(block, whole.selection, h, i, j));
                        const int patch = face.patch_of(static_cast<int>(j));
                        const glm::vec3 wanted = patch < 0 ? image.other(layer, static_cast<int>(j))
                                                           : image.patch(face, layer, patch);
                        const glm::vec3 start = part.source_origin +
                                                static_cast<float>(h) * part.source_slice_step +
                                                static_cast<float>(j) * part.source_column_step;
                        CHECK(glm::length(start - wanted) < 1e-3f);
                    }
        CHECK(lines == twin::drawn(block, whole.selection).lines);
        CHECK(lines > 0);
    }
}

TEST_CASE("the brightest patch is the one that is read most, and the same question has the same image") {
    const Towers towers;
    const ImageTower& tower = *towers.plan().image;
    for (int query = 0; query < target; ++query) {
        const auto light = tower.light(1, query, -1);
        REQUIRE(light->width == columns);
        int brightest = 0;
        for (int patch = 1; patch < rows * columns; ++patch)
            if (light->rgba[static_cast<size_t>(4 * patch + 3)] >
                light->rgba[static_cast<size_t>(4 * brightest + 3)])
                brightest = patch;
        CHECK(tower.face->token_of(brightest) == favourite(query));
        CHECK(tower.light(1, query, -1) == light);
    }
}

TEST_CASE("the pointer on a line over the image finds that line") {
    const Towers towers;
    const TextStackPlan& cross = *towers.plan().cross;
    const DrawCamera eye = draw_camera(towers.camera, towers.viewport);
    int found = 0;
    for (int query = 0; query < target; ++query) {
        FlowBatch one = layer_batch(cross, towers.layout.cross, towers.view, {}, 2);
        one.selection.only_column = favourite(query);
        const auto parts = over_patches(*towers.plan().image, *towers.layout.image, 2, one);
        REQUIRE(parts.size() == 1);
        const FlowBatch& batch = parts.front();
        const glm::vec3 source_at = batch.source_origin +
                                    static_cast<float>(favourite(query)) * batch.source_column_step,
                        target_at = batch.target_origin + batch.target_slice_step +
                                    static_cast<float>(query) * batch.target_row_step,
                        handle = batch.axis * batch.handle_u;
        const glm::vec3 middle =
            0.125f * (source_at + target_at) + 0.375f * (source_at + handle + target_at - handle);
        const glm::vec2 at(screen_from_world(eye, towers.viewport, middle));
        const Focus focus =
            pick_scene(*towers.scene, towers.view, {}, towers.camera, towers.viewport, at, false);
        if (focus.kind != FocusKind::edge || focus.layer != 2) continue;  // a row is nearer, or another line
        CHECK(towers.frame->blocks.at(static_cast<size_t>(focus.block)).kind == AttentionKind::cross);
        found += focus.query == query && focus.key == favourite(query);
    }
    CHECK(found >= 3);
}

TEST_CASE("image and decoder are named, and the encoder has no lines beside its image") {
    const Towers towers;
    const DrawList list =
        draw_scene(*towers.scene, towers.view, {}, towers.camera, 0.0, towers.viewport, measure);
    const auto has = [&](const std::string& text) {
        return std::ranges::any_of(list.labels, [&](const Label& label) { return label.text == text; });
    };
    CHECK(has("image"));
    CHECK(has("decoder"));
    CHECK_FALSE(has("encoder"));
    std::set<size_t> blocks;
    for (const FlowBatch& batch : list.flows) blocks.insert(batch.block);
    CHECK(blocks.size() == 2 * layers);  // decoder and cross-attention, one for each layer
}
