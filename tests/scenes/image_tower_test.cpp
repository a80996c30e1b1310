#include "scenes/image_tower.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "scenes/flow_lines.h"
#include "scenes/focus_camera.h"
#include "scenes/focus_lines.h"
#include "scenes/pane_ray.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/scene.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
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
    const ImageTower& tower() const { return *plan().image; }
    const ImageTowerLayout& image() const { return *layout.image; }

    glm::vec2 screen(const glm::vec3& at) const {
        return glm::vec2(screen_from_world(draw_camera(camera, viewport), viewport, at));
    }
    Focus pick(glm::vec2 at) const { return pick_scene(*scene, view, {}, camera, viewport, at, false); }
    // The pane that is seen there, the nearest to the eye; none: -2.
    int seen_pane(glm::vec2 at) const {
        int seen = -2;
        float nearest = 1e9f;
        const Ray ray = ray_through(camera, viewport, at);
        for (int pane = -1; pane < image().pane_count(); ++pane) {
            const auto met = meet(image().corners(pane, image().panes.shown), image().panes.shown, ray);
            if (!image().shows_image(pane) || !met || !is_on(image().panes.shown, *met)) continue;
            if (met->depth < nearest) nearest = met->depth, seen = pane;
        }
        return seen;
    }
    DrawList draw(const ViewMotion& motion = {}) const {
        return draw_scene(*scene, view, motion, camera, 0.0, viewport, measure);
    }
    ViewMotion focused(const Focus& focus) const {
        ViewMotion motion;
        motion.focus = 1.0f;
        motion.shown_focus = focus;
        return motion;
    }
    int cross_block() const {
        return static_cast<int>(find_block(*frame, AttentionKind::cross) - frame->blocks.data());
    }
    Focus read(int layer, int token) const {
        return {FocusKind::token, cross_block(), layer, -1, -1, token, true};
    }
};

const Label* starting(const DrawList& list, const std::string& text) {
    const auto found =
        std::ranges::find_if(list.labels, [&](const Label& label) { return label.text.starts_with(text); });
    return found == list.labels.end() ? nullptr : &*found;
}

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

TEST_CASE("image, encoder and decoder are named, and the encoder has no lines beside its image") {
    const Towers towers;
    const DrawList list =
        draw_scene(*towers.scene, towers.view, {}, towers.camera, 0.0, towers.viewport, measure);
    const auto has = [&](const std::string& text) {
        return std::ranges::any_of(list.labels, [&](const Label& label) { return label.text == text; });
    };
    CHECK(has("image"));
    CHECK(has("decoder"));
    CHECK(has("encoder"));
    std::set<size_t> blocks;
    for (const FlowBatch& batch : list.flows) blocks.insert(batch.block);
    CHECK(blocks.size() == 2 * layers);  // decoder and cross-attention, one for each layer
}

TEST_CASE("the middle of every patch that is seen, on the image and on each layer's pane, is that patch") {
    const CameraPreset preset = GENERATE(CameraPreset::default_view, CameraPreset::end);
    Towers towers;
    towers.view.opened_layer = 1;
    towers.camera = scene_camera(*towers.scene, preset, {}, {}, towers.viewport);
    std::map<int, int> found;
    int hidden = 0;
    for (int pane = -1; pane < towers.image().pane_count(); ++pane) {
        if (!towers.image().shows_image(pane)) continue;
        for (int patch = 0; patch < rows * columns; ++patch) {
            const auto corners = towers.image().corners(pane, towers.tower().face->area_of(patch));
            const glm::vec2 at = towers.screen(0.5f * (corners[0] + corners[2]));
            if (towers.seen_pane(at) != pane) {
                ++hidden;
                continue;
            }
            const Focus focus = towers.pick(at);
            CAPTURE(pane, patch);
            CHECK(focus == towers.read(pane < 0 ? 1 : towers.image().layer_of(pane), special + patch));
            ++found[pane];
        }
    }
    CHECK(found.size() == layers + 1);
    CHECK(found[-1] == rows * columns);
    if (preset == CameraPreset::end) {
        CHECK(hidden > 0);
    } else {
        for (const auto& [pane, count] : found) CHECK(count >= rows * columns / 2);
    }
}

TEST_CASE("of two patches the border between them decides") {
    const Towers towers;
    const int pane = towers.image().key_pane(0);
    const auto left = towers.image().corners(pane, towers.tower().face->area_of(6)),
               right = towers.image().corners(pane, towers.tower().face->area_of(7));
    const glm::vec2 border = towers.screen(0.5f * (right[0] + right[3])),
                    middle = towers.screen(0.5f * (left[0] + left[2]));
    const glm::vec2 step = 0.05f * (middle - border);
    CHECK(towers.pick(border + step).key == special + 6);
    CHECK(towers.pick(border - step).key == special + 7);
}

TEST_CASE("a token beside the patches is found where it stands and along its bar") {
    const Towers towers;
    int bars = 0;
    for (int layer = 0; layer < layers; ++layer)
        for (int token = 0; token < special; ++token) {
            const glm::vec3 from = towers.image().other(layer, token),
                            to = sink_end(towers.tower(), towers.layout.cross, towers.image(), layer, token);
            CHECK(towers.pick(towers.screen(from)) == towers.read(layer, token));
            if (glm::length(to - from) < 1.0f) continue;
            ++bars;
            CHECK(towers.pick(towers.screen(glm::mix(from, to, 0.9f))) == towers.read(layer, token));
        }
    CHECK(bars == 0);  // special tokens of this frame are read as little as patches
}

TEST_CASE("a patch that is pointed at is framed on every pane and told with the tensor's number") {
    Towers towers;
    const int token = favourite(4), layer = 2;
    const DrawList rest = towers.draw();
    towers.view.hovered = towers.read(layer, token);
    const DrawList list = towers.draw(towers.focused(towers.view.hovered));
    // Four strokes on the image and on each layer's pane, at the patch's own corners.
    const Rect area = towers.tower().face->area_of(towers.tower().face->patch_of(token));
    int frames = 0;
    for (int pane = -1; pane < towers.image().pane_count(); ++pane) {
        if (!towers.image().shows_image(pane)) continue;
        const auto corners = towers.image().corners(pane, area);
        for (size_t i = 0; i < 4; ++i)
            frames += static_cast<int>(std::ranges::count_if(list.strokes_above, [&](const Stroke& stroke) {
                return stroke.a == corners[i] && stroke.b == corners[(i + 1) % 4] &&
                       glm::vec3(stroke.color) == glm::vec3(theme(ThemeName::dark).selected);
            }));
    }
    CHECK(frames == 4 * (layers + 1));
    double sum = 0.0;
    const auto& weights = *towers.frame->blocks[static_cast<size_t>(towers.cross_block())]
                               .layer_weights[static_cast<size_t>(layer)];
    for (int row = 0; row < heads * target; ++row)
        sum += static_cast<double>(weights[static_cast<size_t>(row * source + token)]);
    const int patch = token - special;
    const std::string name =
        "row " + std::to_string(patch / columns) + ", column " + std::to_string(patch % columns);
    CHECK(starting(list,
                   name + ": " + number_text(static_cast<float>(sum / (heads * target))) + " on average"));
    CHECK(starting(rest, name) == nullptr);
    CHECK(starting(list, "cross-attention · who reads patch (" + name + ") in layer 2"));
    // Of a selected word it is what that word reads.
    towers.view.selected = {FocusKind::token, towers.cross_block(), layer, -1, 4, -1, false};
    const DrawList read = towers.draw(towers.focused(towers.view.selected));
    sum = 0.0;
    for (int head = 0; head < heads; ++head)
        sum += static_cast<double>(weights[static_cast<size_t>((head * target + 4) * source + token)]);
    const Label* label = starting(read, name);
    REQUIRE(label);
    CHECK(label->text == name + ": " + number_text(static_cast<float>(sum / heads)));
}

TEST_CASE("a selected patch is amber, its lines are those that leave it, and the ledger speaks of it") {
    Towers towers;
    const int token = favourite(4), layer = 1;
    towers.view.selected = towers.read(layer, token);
    const DrawList list = towers.draw(towers.focused(towers.view.selected));
    const glm::vec3 amber(theme(ThemeName::dark).amber);
    CHECK(std::ranges::count_if(list.strokes_above, [&](const Stroke& stroke) {
              return glm::vec3(stroke.color) == amber;
          }) == 4 * (layers + 1));
    const TextStackPlan& cross = *towers.plan().cross;
    const WeightBlock& block = cross.blocks[static_cast<size_t>(layer)];
    const glm::vec3 wanted = towers.image().key(*towers.tower().face, layer, token);
    uint64_t lines = 0;
    for (const FlowBatch& batch : list.flows) {
        if (batch.selection.only_column < 0) continue;
        for (uint32_t h = 0; h < block.slices; ++h)
            for (uint32_t i = 0; i < block.rows; ++i)
                for (uint32_t j = 0; j < block.columns; ++j) {
                    if (!twin::is_drawn(block, batch.selection, h, i, j)) continue;
                    ++lines;
                    CHECK(j == static_cast<uint32_t>(token));
                    const glm::vec3 start =
                        batch.source_origin + static_cast<float>(j) * batch.source_column_step;
                    CHECK(glm::length(start - wanted) < 1e-3f);
                }
    }
    CHECK(lines > 0);
    CHECK(starting(list, "of this key"));
    CHECK(starting(list, "row "));
    // The words that read it have their numbers.
    CHECK(std::ranges::any_of(list.labels,
                              [](const Label& label) { return label.text.starts_with("target4  "); }));
}

TEST_CASE("lines of one patch or one word hold four fifths of what is read, or are as many as can be seen") {
    const Towers towers;
    const TextStackPlan& cross = *towers.plan().cross;
    for (const Focus& focus : {Focus{FocusKind::token, 0, 1, -1, -1, favourite(4), true},
                               Focus{FocusKind::token, 0, 1, -1, 2, -1, false}}) {
        const float threshold = focus_threshold(cross, focus);
        double taken = 0.0, all = 0.0, without_last = 0.0;
        size_t count = 0;
        for (int h = 0; h < heads; ++h) {
            const auto lane = lane_weights(cross, 1, h);
            for (int i = 0; i < target; ++i)
                for (int j = 0; j < source; ++j) {
                    if (focus.by_key ? j != focus.key : i != focus.query) continue;
                    if (!focus.by_key && cross.layers[1].sink_keys[static_cast<size_t>(j)]) continue;
                    const float weight = lane[static_cast<size_t>(i * source + j)];
                    all += static_cast<double>(weight);
                    if (weight >= threshold) taken += static_cast<double>(weight), ++count;
                    if (weight > threshold) without_last += static_cast<double>(weight);
                }
        }
        CHECK(count > 0);
        CHECK(count <= 48);
        CHECK(taken >= 0.8 * all * 0.999);
        CHECK(without_last < 0.8 * all);
    }
}

TEST_CASE("what is selected of an image is framed by a camera where it stands") {
    const Towers towers;
    const Focus focus = towers.read(1, favourite(4));
    const auto points = towers_focus_points(towers.plan(), {}, focus, towers.viewport);
    REQUIRE(!points.empty());
    CHECK(glm::length(points[0] - towers.image().key(*towers.tower().face, 1, focus.key)) < 1e-3f);
}

TEST_CASE("bars below the panes, slivers and image are told by name") {
    const Towers towers;
    const DrawList list = towers.draw();
    CHECK(starting(list, "encoder"));
    CHECK(starting(list, "[CLS] "));
    CHECK(starting(list, "[CLS] ")->text.find("[REG0] ") != std::string::npos);
}

TEST_CASE(
    "layers go up beside an image: each layer's pane faces the viewer beside its gap, none over another") {
    for (const bool is_wide : {true, false}) {
        Towers towers;
        towers.viewport.size = is_wide ? glm::ivec2(1280, 720) : glm::ivec2(720, 1280);
        ViewMotion motion;
        motion.stack = 1.0f;
        towers.camera = scene_camera(*towers.scene, CameraPreset::default_view, motion, {}, towers.viewport);
        towers.layout = make_towers_layout(towers.plan(), motion, towers.viewport);
        const ImageTowerLayout& image = towers.image();
        const TextStackLayout& cross = towers.layout.cross;
        float foot = 1e9f;
        for (int pane = image.pane_count() - 1; pane >= -1; --pane) {
            if (!image.shows_image(pane)) continue;
            CAPTURE(is_wide, pane);
            const auto corners = image.corners(pane, image.panes.shown);
            CHECK(glm::normalize(corners[1] - corners[0]).x == Approx(1.0f));
            CHECK(corners[0].y < foot);
            foot = corners[3].y;
            // Left of all words, on the picture.
            for (const glm::vec3& corner : corners) {
                CHECK(corner.x < cross.position(0, 0, 0).x);
                const glm::vec2 at = towers.screen(corner);
                CHECK(at.x > 0.0f);
                CHECK(at.y > 0.0f);
                CHECK(at.y < static_cast<float>(towers.viewport.size.y));
            }
            if (const int layer = image.layer_of(pane); layer >= 0) {
                CHECK(corners[3].y >= cross.position(layer, 0, 0).y - 1e-3f);
                CHECK(corners[0].y <= cross.position(layer + 1, 0, 0).y + 1e-3f);
            }
            const auto patch = image.corners(pane, towers.tower().face->area_of(7));
            const glm::vec2 middle = towers.screen(0.5f * (patch[0] + patch[2]));
            CHECK(
                pick_scene(*towers.scene, towers.view, motion, towers.camera, towers.viewport, middle, false)
                    .key == special + 7);
        }
        // An image is wider in a tall window, where there is room for it.
        if (!is_wide) CHECK(image.panes.size_u.x > 5.0f);
    }
}

TEST_CASE("layers go up in a wide window: a patch has its tooltip where it hides no pane and no word") {
    for (const glm::ivec2 size : {glm::ivec2(1280, 720), glm::ivec2(1600, 700), glm::ivec2(1920, 1080)}) {
        Towers towers;
        towers.viewport.size = size;
        towers.viewport.ui_scale =
            std::min(static_cast<float>(size.x) / 1280.0f, static_cast<float>(size.y) / 720.0f);
        towers.view.hovered = towers.read(1, favourite(2));
        ViewMotion motion = towers.focused(towers.view.hovered);
        motion.stack = 1.0f;
        towers.camera = scene_camera(*towers.scene, CameraPreset::default_view, motion, {}, towers.viewport);
        towers.layout = make_towers_layout(towers.plan(), motion, towers.viewport);
        const DrawList list = towers.draw(motion);
        CAPTURE(size.x);
        const auto box = std::ranges::find_if(list.rects, [&](const ScreenRect& rect) {
            return rect.max.x - rect.min.x > 200.0f * towers.viewport.ui_scale &&
                   rect.max.y - rect.min.y > 60.0f;
        });
        REQUIRE(box != list.rects.end());
        CHECK(starting(list, "key") != nullptr);
        CHECK(box->max.x < static_cast<float>(size.x));
        const auto lies_under = [&](glm::vec2 at) {
            return at.x > box->min.x && at.x < box->max.x && at.y > box->min.y && at.y < box->max.y;
        };
        for (const glm::vec3& corner : towers.layout.corners()) CHECK(!lies_under(towers.screen(corner)));
        for (int word = 0; word < target; ++word)
            CHECK(starting(list, "target" + std::to_string(word)) != nullptr);
    }
}

TEST_CASE("on the way from right to up no pane jumps") {
    Towers towers;
    std::vector<glm::vec3> before;
    for (int step = 0; step <= 100; ++step) {
        ViewMotion motion;
        motion.stack = 0.01f * static_cast<float>(step);
        const TwoTowersLayout layout = make_towers_layout(towers.plan(), motion, towers.viewport);
        std::vector<glm::vec3> now;
        for (int pane = -1; pane < layout.image->pane_count(); ++pane)
            for (const glm::vec3& corner : layout.image->corners(pane, layout.image->panes.shown))
                now.push_back(corner);
        for (size_t i = 0; i < before.size(); ++i) CHECK(glm::length(now[i] - before[i]) < 0.8f);
        before = now;
    }
}

TEST_CASE("folded beside an image its panes face the viewer, none over another") {
    Towers towers;
    ViewMotion motion;
    motion.fold = 1.0f;
    const ImageTowerLayout image = *make_towers_layout(towers.plan(), motion, towers.viewport).image;
    float right = -1e9f;
    for (int pane = -1; pane < image.pane_count(); ++pane) {
        if (!image.shows_image(pane)) continue;
        const auto corners = image.corners(pane, image.panes.shown);
        CHECK(glm::normalize(corners[1] - corners[0]).x == Approx(1.0f));
        CHECK(corners[0].x > right);
        right = corners[1].x;
        if (pane == -1) right = image.corners(image.encoder_layers, image.panes.shown)[1].x;
    }
}
