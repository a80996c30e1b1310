#include "scenes/image_stack.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "scenes/animator.h"
#include "scenes/image_hud.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/scene.h"
#include "scenes/theme.h"
#include "synthetic_image.h"

using namespace weft;

namespace {

MeasureText measure() {
    return [](std::string_view text, float size_px, bool) {
        return 0.55f * size_px * static_cast<float>(text.size());
    };
}

// A place over `frame`, as the program plans and draws it.
struct Place {
    ViewState view;
    ViewMotion motion;
    Viewport viewport;
    std::shared_ptr<const Scene> scene;

    explicit Place(const std::shared_ptr<AttentionFrame>& frame, ViewState its_view = {})
        : view(std::move(its_view)), scene(plan_scene(frame, view, nullptr)) {}
    const ImageStackPlan& plan() const { return *scene->image; }
    ImageStackLayout layout() const { return image_layout(plan(), motion); }
    Camera camera(CameraPreset preset = CameraPreset::default_view) const {
        return scene_camera(*scene, preset, motion, {}, viewport);
    }
    DrawList draw() const { return draw_scene(*scene, view, motion, camera(), 0.0, viewport, measure()); }
    void select(const Focus& focus) {
        view.selected = focus;
        scene = follow_focus(scene, view);
    }
    void select_query(int token) { select({FocusKind::token, 0, plan().layer, -1, token, -1, false}); }
    Focus pick(glm::vec2 at) const { return pick_scene(*scene, view, motion, camera(), viewport, at, false); }
    glm::vec2 screen(const glm::vec3& world) const {
        return glm::vec2(screen_from_world(draw_camera(camera(), viewport), viewport, world));
    }
    glm::vec2 middle(int pane, int patch) const {
        const auto corners = layout().corners(pane, plan().area_of(patch));
        return screen(0.5f * (corners[0] + corners[2]));
    }
};

const TexturedPlane* plane_with_numbers(const std::vector<TexturedPlane>& planes) {
    const auto found =
        std::ranges::find_if(planes, [](const TexturedPlane& p) { return p.cells.numbers != nullptr; });
    return found == planes.end() ? nullptr : &*found;
}

// 0..1 as drawn; below 0: none.
float drawn_number(const TexturedPlane& plane, int column, int row) {
    const CellGrid& cells = plane.cells;
    const size_t at = static_cast<size_t>(cells.first.y + row) * cells.numbers->width +
                      static_cast<size_t>(cells.first.x + column);
    if (cells.numbers->rgba[4 * at] > 127) return -1.0f;
    return static_cast<float>(cells.numbers->rgba[4 * at + 3]) / 255.0f;
}

// All queries read patch `bright` most, and each its own number of others: all weights differ.
synthetic::WeightOf one_bright(int bright) {
    return [bright](int l, int h, int i, int j) {
        return j == bright ? 5.0f : 0.1f + 0.01f * static_cast<float>((7 * j + 3 * i + 5 * h + 11 * l) % 13);
    };
}

const Label* find_label(const DrawList& list, const std::string& text) {
    const auto found = std::ranges::find_if(list.labels, [&](const Label& l) { return l.text == text; });
    return found == list.labels.end() ? nullptr : &*found;
}

std::string all_words(const DrawList& list) {
    std::string words;
    for (const Label& label : list.labels) words += label.text + "\n";
    return words;
}

}  // namespace

TEST_CASE("patches are shown as an image, words as text, and any as a stack where it is asked for") {
    const auto image = synthetic::image_frame(2, 2, 1, 3, 4, synthetic::uniform(), 40, 30);
    CHECK(plan_scene(image, {}, nullptr)->kind == SceneKind::image_stack);
    CHECK(plan_scene(image, {}, nullptr)->stack->blocks.size() == 2);
    ViewState stack;
    stack.scene = SceneChoice::stack;
    CHECK(plan_scene(image, stack, nullptr)->kind == SceneKind::text_stack);
    CHECK(plan_scene(synthetic::frame(2, 2, 5, synthetic::uniform()), {}, nullptr)->kind ==
          SceneKind::text_stack);
}

TEST_CASE("the brightest cell of the overlay is the tensor's largest weight, at its patch's own pixels") {
    // A centre crop: patches cover the middle of the image only.
    const auto frame = synthetic::image_frame(3, 2, 1, 4, 6, one_bright(1 + 2 * 6 + 5), 240, 120);
    PatchGrid& grid = *frame->stacks[0].grid;
    grid.patches_in_image = {60.0, 0.0, 120.0, 120.0};
    Place place(frame);
    const DrawList list = place.draw();
    const TexturedPlane* plane = plane_with_numbers(list.textured_planes);
    REQUIRE(plane != nullptr);
    CHECK(plane->cells.count == glm::ivec2(6, 4));
    float largest = -1.0f;
    glm::ivec2 brightest{0};
    for (int r = 0; r < 4; ++r)
        for (int c = 0; c < 6; ++c)
            if (drawn_number(*plane, c, r) > largest)
                largest = drawn_number(*plane, c, r), brightest = {c, r};
    CHECK(brightest == glm::ivec2(5, 2));
    CHECK(largest == 1.0f);
    // The plane of numbers covers the crop alone, and shows the image's own pixels there.
    const ImageStackLayout layout = place.layout();
    const auto corners = layout.corners(place.plan().key_pane, grid.patches_in_image);
    for (size_t i = 0; i < 4; ++i) CHECK(glm::length(plane->corners[i] - corners[i]) < 1e-4f);
    CHECK(plane->window == glm::vec4(0.25f, 0.0f, 0.75f, 1.0f));
    const Rect patch = place.plan().area_of(2 * 6 + 5);
    CHECK(patch.x == Approx(160.0));
    CHECK(patch.y == Approx(60.0));
    const glm::vec3 left = layout.position(2, 160.0, 60.0), pane_left = layout.position(2, 0.0, 60.0);
    CHECK(glm::length(left - pane_left) == Approx(160.0f / 240.0f * 10.0f));
}

TEST_CASE("numbers of cells are the square root of the weight by the 98th percentile, or by the largest") {
    const auto frame = synthetic::image_frame(
        1, 1, 1, 10, 10, [](int, int, int, int j) { return j == 0 ? 0.0f : static_cast<float>(j); }, 20, 20);
    ViewState view;
    Place spotlight(frame, view);
    CHECK(spotlight.plan().full == Approx(98.0f / 5050.0f));
    const TexturedPlane light = *plane_with_numbers(spotlight.draw().textured_planes);
    CHECK(light.look == TexturedLook::spotlight);
    CHECK(drawn_number(light, 9, 9) == 1.0f);
    CHECK(drawn_number(light, 8, 4) == Approx(std::sqrt(49.0f / 98.0f)).margin(0.003));
    view.image.look = ImageLook::map;
    Place map(frame, view);
    CHECK(map.plan().full == Approx(100.0f / 5050.0f));
    const TexturedPlane colors = *plane_with_numbers(map.draw().textured_planes);
    CHECK(colors.look == TexturedLook::map);
    CHECK(drawn_number(colors, 8, 4) == Approx(0.7f).margin(0.003));
    CHECK(colors.tint.a == Approx(0.6f));
    CHECK_FALSE(colors.cells.smooth);
    view.image.opacity = 0.25f;
    view.image.smooth = true;
    const TexturedPlane changed = *plane_with_numbers(Place(frame, view).draw().textured_planes);
    CHECK(changed.tint.a == Approx(0.25f));
    CHECK(changed.cells.smooth);
}

TEST_CASE("padding is part of the pane, and a patch on it lies beyond the image") {
    const auto frame = synthetic::image_frame(1, 1, 0, 2, 2, synthetic::uniform(), 100, 50);
    frame->stacks[0].grid->patches_in_image = {0.0, -25.0, 100.0, 100.0};
    Place place(frame);
    const ImageStackLayout layout = place.layout();
    CHECK(layout.shown.y == -25.0);
    CHECK(layout.shown.height == 100.0);
    CHECK(layout.size_u == glm::vec2(10.0f));
    const TexturedPlane plane = *plane_with_numbers(place.draw().textured_planes);
    CHECK(plane.window == glm::vec4(0.0f, -0.5f, 1.0f, 1.5f));
}

TEST_CASE("the query is the class token, else the mean of all, else what is selected or pointed at") {
    const auto frame = synthetic::image_frame(2, 2, 2, 2, 3, synthetic::random(5), 30, 20);
    Place place(frame);
    CHECK(place.plan().query == 0);
    CHECK(place.plan().others == std::vector<int>{0, 1});
    place.view.hovered = {FocusKind::token, 0, 1, -1, 4, -1, false};
    place.scene = follow_focus(place.scene, place.view);
    CHECK(place.plan().query == 4);
    CHECK(place.plan().is_hovered);
    place.view.hovered.key = 4;  // on the key pane it is the patch that is read
    place.scene = follow_focus(place.scene, place.view);
    CHECK(place.plan().query == 0);
    place.select_query(7);
    CHECK(place.plan().query == 7);
    place.select({FocusKind::layer, 0, 1, -1, -1, -1, false});
    CHECK_FALSE(place.plan().query.has_value());
    const auto without = synthetic::image_frame(2, 2, 0, 2, 3, synthetic::random(5), 30, 20);
    CHECK_FALSE(Place(without).plan().query.has_value());
}

TEST_CASE("the shown row is the tensor's: one head, the mean of heads, the mean of queries") {
    const auto frame = synthetic::image_frame(2, 3, 1, 2, 2, synthetic::random(8), 20, 20);
    const auto& weights = *frame->blocks[0].layer_weights[1];
    const auto at = [&](size_t h, size_t i, size_t j) { return weights[(h * 5 + i) * 5 + j]; };
    ViewState view;
    view.heads = {{1, 2}};
    Place place(frame, view);
    place.select_query(3);
    for (size_t j = 0; j < 5; ++j) CHECK(place.plan().row[j] == Approx(at(2, 3, j)));
    place.view.heads.clear();
    place.scene = plan_scene(frame, place.view, nullptr);
    for (size_t j = 0; j < 5; ++j)
        CHECK(place.plan().row[j] == Approx((at(0, 3, j) + at(1, 3, j) + at(2, 3, j)) / 3.0f));
    place.select({FocusKind::layer, 0, 1, -1, -1, -1, false});
    double mean = 0.0;
    for (size_t h = 0; h < 3; ++h)
        for (size_t i = 0; i < 5; ++i) mean += static_cast<double>(at(h, i, 2)) / 15.0;
    CHECK(place.plan().row[2] == Approx(mean));
    const double sum = std::accumulate(place.plan().row.begin(), place.plan().row.end(), 0.0);
    CHECK(sum == Approx(1.0));
}

TEST_CASE("lines hold the largest weights up to 80 % of the patches', at most 24, and only of a patch") {
    const auto frame = synthetic::image_frame(
        1, 1, 1, 8, 8,
        [](int, int, int, int j) { return j == 0 ? 50.0f : std::pow(0.7f, static_cast<float>(j % 20)); }, 16,
        16);
    Place place(frame);
    CHECK(place.plan().lines.empty());  // the class token stands nowhere
    place.select_query(9);
    const ImageStackPlan& plan = place.plan();
    double patches = 0.0, drawn = 0.0;
    std::vector<float> sorted;
    for (int p = 0; p < 64; ++p) {
        patches += static_cast<double>(plan.patch_number(p));
        sorted.push_back(plan.patch_number(p));
    }
    std::ranges::sort(sorted, std::greater<>());
    for (size_t i = 0; i < plan.lines.size(); ++i) {
        CHECK(plan.lines[i].weight == sorted[i]);
        CHECK(plan.lines[i].weight == plan.patch_number(plan.lines[i].patch));
        drawn += static_cast<double>(plan.lines[i].weight);
    }
    CHECK(drawn >= 0.8 * patches);
    CHECK(drawn - static_cast<double>(plan.lines.back().weight) < 0.8 * patches);
    CHECK(plan.ledger.lines + plan.ledger.patches + plan.ledger.others[0] == Approx(1.0));
    CHECK(plan.ledger.lines / (plan.ledger.lines + plan.ledger.patches) == Approx(drawn / patches));
    CHECK(plan.ledger.others[0] == Approx(plan.row[0]));

    Place even(synthetic::image_frame(1, 1, 0, 10, 10, synthetic::uniform(), 10, 10));
    even.select_query(3);
    CHECK(even.plan().lines.size() == 24);
}

TEST_CASE("a line runs from its key's patch to the query's patch") {
    Place place(synthetic::image_frame(2, 1, 1, 3, 5, one_bright(9), 50, 30));
    place.select_query(4);
    const DrawList list = place.draw();
    REQUIRE(list.flows.size() == 1);
    const FlowBatch& batch = list.flows[0];
    const WeightBlock& block = list.blocks.at(batch.block);
    CHECK(block.slices == 3);
    CHECK(block.columns == 5);
    const ImageStackLayout layout = place.layout();
    int lines = 0;
    for (uint32_t s = 0; s < 3; ++s)
        for (uint32_t c = 0; c < 5; ++c) {
            if ((*block.values)[s * 5 + c] < batch.selection.threshold) continue;
            ++lines;
            const glm::vec3 source = batch.source_origin + static_cast<float>(s) * batch.source_slice_step +
                                     static_cast<float>(c) * batch.source_column_step;
            const auto key =
                layout.corners(place.plan().key_pane, place.plan().area_of(static_cast<int>(s * 5 + c)));
            CHECK(glm::length(source - 0.5f * (key[0] + key[2])) < 1e-4f);
        }
    CHECK(lines == static_cast<int>(place.plan().lines.size()));
    CHECK((*block.values)[8] == 1.0f);  // token 9 is patch 8
    const auto query = layout.corners(place.plan().query_pane, place.plan().area_of(3));
    CHECK(glm::length(batch.target_origin - 0.5f * (query[0] + query[2])) < 1e-4f);
}

TEST_CASE("pointing finds the patch under the pointer on every open pane") {
    const auto frame = synthetic::image_frame(5, 2, 1, 4, 7, synthetic::random(2), 140, 80);
    ViewState view;
    view.opened_layer = 2;
    Place place(frame, view);
    REQUIRE(place.plan().key_pane == 2);
    int hits = 0;
    for (const int pane : {-1, 2, 3})
        for (int patch = 0; patch < 28; ++patch) {
            const Focus focus = place.pick(place.middle(pane, patch));
            CHECK(focus.kind == FocusKind::token);
            if (focus.query != 1 + patch) continue;  // another pane stands before it
            ++hits;
            CHECK(focus.key == (pane == 2 ? 1 + patch : -1));
            CHECK(focus.layer == 2);
        }
    CHECK(hits >= 75);

    // Every point of the picture: the nearest open pane whose patch, projected, contains the pointer.
    const ImageStackLayout layout = place.layout();
    const Camera camera = place.camera();
    const auto inside = [](const std::array<glm::vec2, 4>& quad, glm::vec2 at) {
        bool all = true;
        for (size_t i = 0; i < 4; ++i) {
            const glm::vec2 edge = quad[(i + 1) % 4] - quad[i], way = at - quad[i];
            all = all && edge.x * way.y - edge.y * way.x >= 0.0f;
        }
        return all;
    };
    for (float y = 80.0f; y < 520.0f; y += 23.0f)
        for (float x = 20.0f; x < 1260.0f; x += 31.0f) {
            int expected = -1, nearest = 100;
            bool is_closed = false;
            for (int pane = 5; pane >= -1; --pane) {
                std::array<glm::vec2, 4> quad{};
                const auto corners = layout.corners(pane, layout.shown);
                for (size_t i = 0; i < 4; ++i) quad[i] = place.screen(corners[i]);
                if (!inside(quad, {x, y})) continue;
                REQUIRE(layout.x(pane) > camera.eye().x);
                if (pane > nearest) continue;
                nearest = pane;
                expected = -1;
                is_closed = layout.openness(pane) < 0.5f;
                for (int patch = 0; patch < 28 && !is_closed; ++patch) {
                    const auto cell = layout.corners(pane, place.plan().area_of(patch));
                    for (size_t i = 0; i < 4; ++i) quad[i] = place.screen(cell[i]);
                    if (inside(quad, {x, y})) expected = patch;
                }
            }
            const Focus focus = place.pick({x, y});
            const int found = focus.query < 0 ? -1 : place.plan().patch_of(focus.query);
            CHECK(found == expected);
            const auto closed = sliver_at(place.plan(), place.motion, camera, place.viewport, {x, y});
            CHECK(closed.has_value() == is_closed);
            if (closed) CHECK(*closed == (nearest <= 2 ? nearest : nearest - 1));
        }
}

TEST_CASE("heads, class token and mean are found where they stand beside the panes") {
    Place place(synthetic::image_frame(2, 6, 2, 3, 3, synthetic::random(4), 30, 30));
    place.select_query(5);
    const ImageHudLayout hud = image_hud_layout(place.plan(), place.viewport);
    REQUIRE(hud.tiles.size() == 6);
    REQUIRE(hud.queries.size() == 3);
    const auto middle = [](const ScreenBounds& b) {
        return glm::vec2(0.5f * (b.left + b.right), 0.5f * (b.top + b.bottom));
    };
    for (size_t h = 0; h < 6; ++h) {
        const Focus focus = place.pick(middle(hud.tiles[h].bounds));
        CHECK(focus.head == static_cast<int>(h));
        CHECK(focus.query == 5);
    }
    CHECK(place.pick(middle(hud.queries[0].bounds)).query == 0);
    CHECK(place.pick(middle(hud.queries[1].bounds)).query == 1);
    CHECK(place.pick(middle(hud.queries[2].bounds)).kind == FocusKind::layer);
    for (const auto& tile : hud.tiles) CHECK(tile.bounds.bottom < hud.ledger_px);
    CHECK(hud.panes_foot_px < hud.tiles[0].bounds.top);
}

TEST_CASE("one layer is open; turning pages moves the panes over, without a jump") {
    const auto frame = synthetic::image_frame(6, 1, 1, 2, 2, synthetic::uniform(), 20, 20);
    ViewState view;
    view.opened_layer = 2;
    Place place(frame, view);
    const ImageStackLayout at_2 = place.layout();
    for (int pane = 0; pane <= 6; ++pane)
        CHECK(at_2.openness(pane) == (pane == 2 || pane == 3 ? 1.0f : 0.0f));
    CHECK(at_2.x(2) - at_2.x(1) == Approx(8.5f));
    CHECK(at_2.x(3) - at_2.x(2) == Approx(8.5f));
    CHECK(at_2.x(5) - at_2.x(4) == Approx(0.3f));
    float most = 0.0f;
    ImageStackLayout before = at_2;
    for (int step = 1; step <= 100; ++step) {
        place.motion.open_key = 2.0f + static_cast<float>(step) / 100.0f;
        place.motion.open_query = place.motion.open_key + 1.0f;
        const ImageStackLayout now = place.layout();
        CHECK(now.x(6) - now.x(-1) == Approx(at_2.x(6) - at_2.x(-1)));
        for (int pane = -1; pane <= 6; ++pane) most = std::max(most, std::abs(now.x(pane) - before.x(pane)));
        before = now;
    }
    CHECK(most < 0.1f);
    CHECK(before.openness(2) == 0.0f);
    CHECK(before.openness(3) == 1.0f);
    CHECK(before.openness(4) == 1.0f);
    // Half turned no line joins panes that are on their way.
    place.select_query(2);
    place.motion.open_key = 2.5f;
    place.motion.open_query = 3.5f;
    CHECK(place.draw().flows.empty());
}

TEST_CASE("a page turns in half a second") {
    Animator animator;
    animator.open_panes(2, 3);
    animator.advance(0.0, {}, 0);
    CHECK(animator.motion().open_key == 2.0f);
    animator.open_panes(3, 4);
    animator.advance(0.25, {}, 0);
    CHECK(animator.motion().open_key == Approx(2.5f));
    CHECK(animator.is_moving());
    animator.advance(0.25, {}, 0);
    CHECK(animator.motion().open_key == 3.0f);
    CHECK(animator.motion().open_query == 4.0f);
    CHECK_FALSE(animator.is_moving());
}

TEST_CASE("a grid that is not square keeps the image's shape, and one patch is a pane") {
    Place wide(synthetic::image_frame(1, 1, 0, 2, 6, synthetic::uniform(), 300, 100));
    CHECK(wide.layout().size_u.x == Approx(10.0f));
    CHECK(wide.layout().size_u.y == Approx(10.0f / 3.0f));
    Place one(synthetic::image_frame(1, 1, 1, 1, 1, synthetic::uniform(), 10, 10));
    one.select_query(1);
    const DrawList list = one.draw();
    CHECK(one.plan().lines.size() == 1);
    CHECK(list.flows.size() == 1);
    CHECK(plane_with_numbers(list.textured_planes)->cells.count == glm::ivec2(1, 1));
    CHECK(one.pick(one.middle(0, 0)).query == 1);
}

TEST_CASE("without an image the panes are grey and patches stay where they are") {
    Place place(synthetic::image_frame(2, 1, 1, 2, 3, one_bright(2)));
    const DrawList list = place.draw();
    const TexturedPlane* plane = plane_with_numbers(list.textured_planes);
    REQUIRE(plane != nullptr);
    CHECK(plane->image->width == 1);
    CHECK(plane->image->rgba[0] == plane->image->rgba[1]);
    CHECK(plane->image->rgba[0] == plane->image->rgba[2]);
    CHECK(drawn_number(*plane, 1, 0) == 1.0f);
    CHECK(place.layout().size_u.y == Approx(10.0f * 2.0f / 3.0f));
    CHECK(find_label(list, "no image") != nullptr);
}

TEST_CASE("numbers that are not computed leave their patch dark, and count for nothing") {
    const auto frame = synthetic::image_frame(1, 1, 0, 2, 2, synthetic::uniform(), 20, 20);
    auto flow = std::make_shared<std::vector<float>>(16, 0.5f);
    for (size_t j = 0; j < 4; ++j) (*flow)[4 + j] = std::numeric_limits<float>::quiet_NaN();
    frame->blocks[0].quantities["flow"] = {{4, 4}, flow};
    ViewState view;
    view.quantity = "flow";
    Place place(frame, view);
    place.select_query(1);
    const TexturedPlane missing = *plane_with_numbers(place.draw().textured_planes);
    for (int c = 0; c < 2; ++c)
        for (int r = 0; r < 2; ++r) CHECK(drawn_number(missing, c, r) == -1.0f);
    CHECK(place.plan().lines.empty());
    CHECK(place.plan().ledger.patches == 0.0);
    place.select({FocusKind::layer, 0, 0, -1, -1, -1, false});
    CHECK(place.plan().row[2] == Approx(0.5f));
}

TEST_CASE("signed numbers have a middle at zero, a hatched side, and a bar from minus to plus") {
    const auto frame = synthetic::image_frame(1, 1, 1, 2, 2, synthetic::uniform(), 20, 20);
    auto values = std::make_shared<std::vector<float>>(25, 0.0f);
    (*values)[1] = 0.4f;
    (*values)[2] = -0.1f;
    frame->blocks[0].quantities["gradient_attention"] = {{1, 1, 5, 5}, values};
    ViewState view;
    view.quantity = "gradient_attention";
    Place place(frame, view);
    REQUIRE(place.plan().is_signed);
    const DrawList list = place.draw();
    const TexturedPlane* plane = plane_with_numbers(list.textured_planes);
    CHECK(plane->look == TexturedLook::map);
    CHECK(plane->hatches_lower_half);
    CHECK(drawn_number(*plane, 0, 0) == 1.0f);
    CHECK(drawn_number(*plane, 1, 0) == Approx(0.25f).margin(0.003));
    CHECK(drawn_number(*plane, 0, 1) == Approx(0.5f).margin(0.003));
    CHECK(place.plan().ledger.negative == Approx(0.2));
    const std::string words = all_words(list);
    CHECK(words.find("−0.4") != std::string::npos);
    CHECK(words.find("hatched: below 0") != std::string::npos);
}

TEST_CASE("rollout, relevance and numbers of the input lie on the patches of the image itself") {
    const auto frame = synthetic::image_frame(3, 2, 1, 2, 2, synthetic::uniform(), 20, 20);
    AttentionBlock& block = frame->blocks[0];
    auto rollout = std::make_shared<std::vector<float>>(75, 0.0f);
    (*rollout)[25 + 0 * 5 + 3] = 0.9f;  // layer 1, [CLS], token 3
    block.quantities["rollout"] = {{3, 5, 5}, rollout};
    auto relevance = std::make_shared<std::vector<float>>(25, 0.0f);
    for (size_t i = 0; i < 5; ++i) (*relevance)[i * 6] = 1.0f;
    (*relevance)[4] = 0.3f;
    block.quantities["relevance"] = {{5, 5}, relevance};
    block.quantities["integrated_gradients"] = {
        {5}, std::make_shared<std::vector<float>>(std::vector<float>{0.1f, -0.5f, 0.2f, 0.0f, 0.4f})};
    ViewState view;
    view.quantity = "rollout";
    view.opened_layer = 1;
    Place of_layer(frame, view);
    CHECK(of_layer.plan().key_pane == 0);
    CHECK(of_layer.plan().query_pane == 2);
    CHECK(of_layer.plan().strip.empty());
    CHECK(of_layer.plan().patch_number(2) == 0.9f);
    view.quantity = "relevance";
    Place of_end(frame, view);
    CHECK(of_end.plan().query_pane == 3);
    CHECK(of_end.plan().row[0] == 0.0f);  // its own 1 is left out
    CHECK(of_end.plan().patch_number(3) == 0.3f);
    view.quantity = "integrated_gradients";
    Place of_input(frame, view);
    CHECK_FALSE(of_input.plan().query.has_value());
    CHECK(of_input.plan().is_signed);
    CHECK(of_input.plan().patch_number(0) == -0.5f);
    CHECK(image_hud_layout(of_input.plan(), of_input.viewport).queries.empty());
}

TEST_CASE("numbers of queries lie on the query pane") {
    const auto frame = synthetic::image_frame(2, 2, 1, 2, 2, synthetic::uniform(), 20, 20);
    auto entropy = std::make_shared<std::vector<float>>(20, 0.25f);
    (*entropy)[2 * 5 * 1 + 0 * 5 + 3] = 1.0f;  // layer 1, head 0, token 3
    frame->blocks[0].quantities["entropy.normalised"] = {{2, 2, 5}, entropy};
    ViewState view;
    view.quantity = "entropy";
    view.heads = {{1, 0}};
    Place place(frame, view);
    CHECK(place.plan().on_queries);
    CHECK(place.plan().patch_number(2) == 1.0f);
    const TexturedPlane plane = *plane_with_numbers(place.draw().textured_planes);
    CHECK(plane.corners[0].x == Approx(place.layout().x(place.plan().query_pane)));
    CHECK(drawn_number(plane, 0, 0) == Approx(0.25f).margin(0.003));
}

TEST_CASE("what the picture says: who reads where, shares that add up, the numbers' scale") {
    Place place(synthetic::image_frame(9, 6, 1, 3, 4, synthetic::random(3), 40, 30));
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
            Place place(synthetic::image_frame(6, 12, 1, 4, 4, synthetic::random(3), 40, 40), view);
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

TEST_CASE("a smaller copy of an image holds the means of its pixels in linear light") {
    PatchGrid grid;
    grid.image_width = 256;
    grid.image_height = 128;
    auto rgba = std::make_shared<std::vector<uint8_t>>();
    for (int i = 0; i < 256 * 128; ++i)
        for (const int channel : {i % 2 == 0 ? 255 : 0, 100, 0, 255})
            rgba->push_back(static_cast<uint8_t>(channel));
    grid.image_rgba = rgba;
    const auto levels = image_levels(grid);
    REQUIRE(levels->images.size() == 3);
    CHECK(levels->images[1]->width == 128);
    CHECK(std::abs(levels->images[1]->rgba[0] - 188) <= 1);
    CHECK(std::abs(levels->images[1]->rgba[1] - 100) <= 1);
    CHECK(levels->at_least(130.0f)->width == 256);
    CHECK(levels->at_least(100.0f)->width == 128);
    CHECK(levels->at_least(5.0f)->width == 64);
    CHECK_FALSE(levels->is_small(400.0f));
    CHECK(levels->is_small(600.0f));
}

TEST_CASE("the default path opens every layer once and ends at the default view") {
    Place place(synthetic::image_frame(5, 1, 1, 2, 2, synthetic::uniform(), 20, 20));
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

TEST_CASE("light goes from one query's patches to the next's instead of jumping") {
    Place place(synthetic::image_frame(3, 2, 1, 4, 5, one_bright(6)));
    place.select_query(3);
    const auto former = place.scene->image;
    place.select_query(9);
    place.motion.former_image = former;
    const auto numbers = [&](float lit) {
        place.motion.lit = lit;
        const DrawList list = place.draw();
        std::vector<float> all;
        for (int row = 0; row < 4; ++row)
            for (int column = 0; column < 5; ++column)
                all.push_back(drawn_number(*plane_with_numbers(list.textured_planes), column, row));
        return all;
    };
    const auto start = numbers(0.0f), middle = numbers(0.5f), end = numbers(1.0f);
    REQUIRE(start != end);
    for (size_t i = 0; i < end.size(); ++i)
        CHECK(middle[i] == Approx(0.5f * (start[i] + end[i])).margin(0.01));
    Place before(place);
    before.motion = {};
    before.select_query(3);
    const DrawList was = before.draw();
    CHECK(start[2] == Approx(drawn_number(*plane_with_numbers(was.textured_planes), 2, 0)).margin(0.01));
}

TEST_CASE(
    "seen from behind, what stands before a pane hides its frame, and no word is of what lies behind the "
    "eye") {
    Place place(synthetic::image_frame(3, 2, 1, 4, 5, one_bright(6)));
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
    Place place(synthetic::image_frame(3, 2, 1, 4, 5, one_bright(6)));
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
    Place place(synthetic::image_frame(3, 2, 1, 4, 5, one_bright(6)));
    const DrawList list = place.draw();
    REQUIRE(!list.pictures.empty());
    CHECK(list.pictures.front().tint.a == 1.0f);
    CHECK(list.pictures.front().cells.numbers == nullptr);
    CHECK(list.pictures.size() == 3 * place.plan().strip.size());
}
