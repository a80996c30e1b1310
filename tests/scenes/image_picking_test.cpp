#include <array>

#include "scenes/image_hud.h"
#include "tests/scenes/image_rig.h"

using namespace weft;

TEST_CASE("pointing finds the patch under the pointer on every open pane") {
    const auto frame = synthetic::image_frame(5, 2, 1, 4, 7, synthetic::random(2), 140, 80);
    ViewState view;
    view.opened_layer = 2;
    ImagePlace place(frame, view);
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
    ImagePlace place(synthetic::image_frame(2, 6, 2, 3, 3, synthetic::random(4), 30, 30));
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
