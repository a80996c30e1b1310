#include <algorithm>
#include <cmath>
#include <numeric>

#include "scenes/animator.h"
#include "tests/scenes/image_rig.h"

using namespace weft;

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

TEST_CASE("the query is the class token, else the mean of all, else what is selected or pointed at") {
    const auto frame = synthetic::image_frame(2, 2, 2, 2, 3, synthetic::random(5), 30, 20);
    ImagePlace place(frame);
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
    CHECK_FALSE(ImagePlace(without).plan().query.has_value());
}

TEST_CASE("the shown row is the tensor's: one head, the mean of heads, the mean of queries") {
    const auto frame = synthetic::image_frame(2, 3, 1, 2, 2, synthetic::random(8), 20, 20);
    const auto& weights = *frame->blocks[0].layer_weights[1];
    const auto at = [&](size_t h, size_t i, size_t j) { return weights[(h * 5 + i) * 5 + j]; };
    ViewState view;
    view.heads = {{1, 2}};
    ImagePlace place(frame, view);
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
    ImagePlace place(frame);
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

    ImagePlace even(synthetic::image_frame(1, 1, 0, 10, 10, synthetic::uniform(), 10, 10));
    even.select_query(3);
    CHECK(even.plan().lines.size() == 24);
}

TEST_CASE("a line runs from its key's patch to the query's patch") {
    ImagePlace place(synthetic::image_frame(2, 1, 1, 3, 5, one_bright(9), 50, 30));
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

TEST_CASE("one layer is open; turning pages moves the panes over, without a jump") {
    const auto frame = synthetic::image_frame(6, 1, 1, 2, 2, synthetic::uniform(), 20, 20);
    ViewState view;
    view.opened_layer = 2;
    ImagePlace place(frame, view);
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
    ImagePlace wide(synthetic::image_frame(1, 1, 0, 2, 6, synthetic::uniform(), 300, 100));
    CHECK(wide.layout().size_u.x == Approx(10.0f));
    CHECK(wide.layout().size_u.y == Approx(10.0f / 3.0f));
    ImagePlace one(synthetic::image_frame(1, 1, 1, 1, 1, synthetic::uniform(), 10, 10));
    one.select_query(1);
    const DrawList list = one.draw();
    CHECK(one.plan().lines.size() == 1);
    CHECK(list.flows.size() == 1);
    CHECK(plane_with_numbers(list.textured_planes)->cells.count == glm::ivec2(1, 1));
    CHECK(one.pick(one.middle(0, 0)).query == 1);
}
