#include "scenes/heads_overview.h"

#include <catch2/catch.hpp>

#include "scenes/block_means.h"
#include "scenes/color_map.h"
#include "scenes/label_placement.h"
#include "scenes/scene.h"
#include "scenes/theme.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

std::shared_ptr<const HeadsOverviewPlan> plan_of(std::shared_ptr<const AttentionFrame> frame,
                                                 const ViewState& view = {},
                                                 const HeadsOverviewPlan* previous = nullptr) {
    return plan_heads_overview(plan_text_stack(std::move(frame), view, nullptr), view, previous);
}

float chance(int layer, int head, int query, int key) {
    return 0.05f + static_cast<float>((layer * 31 + head * 17 + query * 7 + key * 3) % 23);
}

glm::vec4 texel(const Image& image, uint32_t x, uint32_t y) {
    const uint8_t* at = &image.rgba[4 * (size_t{y} * image.width + x)];
    return glm::vec4(at[0], at[1], at[2], at[3]) / 255.0f;
}

bool near_color(const glm::vec4& a, const glm::vec4& b) {
    return glm::all(glm::lessThan(glm::abs(a - b), glm::vec4(2.5f / 255.0f)));
}

float measure_by_length(std::string_view text, float size_px, bool) {
    return 0.5f * size_px * static_cast<float>(text.size());
}

}  // namespace

TEST_CASE("each cell of a tile has the colour of its weight", "[heads_overview]") {
    const auto frame = synthetic::frame(3, 4, 9, chance);
    const auto plan = plan_of(frame);
    REQUIRE(plan->tiles);
    REQUIRE(plan->block == 1);
    const auto pitch_x = static_cast<uint32_t>(plan->cell_columns + plan->gap),
               pitch_y = static_cast<uint32_t>(plan->cell_rows + plan->gap);
    const Theme& colors = theme(ThemeName::dark);
    for (uint32_t layer = 0; layer < 3; ++layer)
        for (uint32_t head = 0; head < 4; ++head)
            for (uint32_t query = 0; query < 9; ++query)
                for (uint32_t key = 0; key < 9; ++key) {
                    const float weight =
                        (*frame->blocks[0].layer_weights[layer])[(head * 9 + query) * 9 + key];
                    CHECK(near_color(texel(*plan->tiles, head * pitch_x + key, layer * pitch_y + query),
                                     weight_color(colors, weight)));
                }
    CHECK(texel(*plan->tiles, 9, 0).a == 0.0f);
}

TEST_CASE("tiles take the chosen map, and are made anew only for another", "[heads_overview]") {
    const auto frame = synthetic::frame(2, 2, 5, chance);
    ViewState view;
    const auto stack = plan_text_stack(frame, view, nullptr);
    const auto plain = plan_heads_overview(stack, view, nullptr);
    CHECK(plan_heads_overview(stack, view, plain.get())->tiles == plain->tiles);
    view.map = named_color_map("magma");
    const auto mapped = plan_heads_overview(stack, view, plain.get());
    REQUIRE(mapped->tiles != plain->tiles);
    const float weight = lane_weights(*stack, 1, 0)[7];
    CHECK(near_color(texel(*mapped->tiles, 2, static_cast<uint32_t>(mapped->cell_rows + mapped->gap) + 1),
                     weight_color(theme(ThemeName::dark), weight, view.map.get())));

    auto scene = std::make_shared<Scene>();
    scene->kind = SceneKind::heads_overview;
    scene->stack = stack;
    scene->heads = plain;
    CHECK(follow_focus(scene, {})->heads->tiles == plain->tiles);
    CHECK(follow_focus(scene, view)->heads->tiles != plain->tiles);
}

TEST_CASE("a long text's cells are means of blocks, and the tiles fit", "[heads_overview]") {
    const auto frame = synthetic::frame(12, 12, 130, chance);
    const auto plan = plan_of(frame);
    REQUIRE(plan->block > 1);
    const BlockMeans means =
        block_means(lane_weights(*plan->stack, 11, 5), 130, 130, static_cast<uint32_t>(plan->cell_rows));
    REQUIRE(means.rows == static_cast<uint32_t>(plan->cell_rows));
    const auto x = static_cast<uint32_t>(5 * (plan->cell_columns + plan->gap) + 3),
               y = static_cast<uint32_t>(11 * (plan->cell_rows + plan->gap) + 7);
    CHECK(near_color(texel(*plan->tiles, x, y),
                     weight_color(theme(ThemeName::dark), means.values[7 * means.columns + 3])));

    for (const glm::ivec2 size : {glm::ivec2{1280, 720}, {640, 360}, {3840, 2160}, {400, 900}}) {
        Viewport viewport;
        viewport.size = size;
        viewport.ui_scale =
            std::min(static_cast<float>(size.x) / 1280.0f, static_cast<float>(size.y) / 720.0f);
        const HeadsOverviewLayout layout = heads_overview_layout(*plan, viewport);
        const glm::vec2 end = layout.tile_min(11, 11) + layout.tile_px;
        CAPTURE(size.x, size.y, end.x, end.y);
        CHECK(end.x <= static_cast<float>(size.x));
        CHECK(end.y <= static_cast<float>(size.y));
    }
}

TEST_CASE("of a part of two texts all else is hatched, and each tile says how much of it that is",
          "[heads_overview]") {
    const auto frame = synthetic::frame(3, 4, 9, chance);
    for (int token = 0; token < 9; ++token) frame->stacks[0].segments.push_back(token >= 4);
    ViewState view;
    const auto whole = plan_of(frame, view);
    CHECK(whole->cells_not_shown.empty());
    view.segments = SegmentChoice::ab;
    const auto plan = plan_of(frame, view, whole.get());
    REQUIRE(plan->tiles != whole->tiles);
    CHECK(plan->patterns == whole->patterns);
    const auto pitch_x = static_cast<uint32_t>(plan->cell_columns + plan->gap),
               pitch_y = static_cast<uint32_t>(plan->cell_rows + plan->gap);
    for (uint32_t query = 0; query < 9; ++query)
        for (uint32_t key = 0; key < 9; ++key) {
            const glm::vec4 cell = texel(*plan->tiles, 3 * pitch_x + key, 2 * pitch_y + query);
            if (query < 4 && key >= 4)
                CHECK(cell == texel(*whole->tiles, 3 * pitch_x + key, 2 * pitch_y + query));
            else
                CHECK(cell.a == 0.0f);
        }
    CHECK(plan->cells_not_shown == std::vector<CellRect>{{{0, 0}, {4, 4}}, {{0, 4}, {9, 9}}});
    double share = 0.0;
    for (const double of_tile : plan->shares) share += of_tile / 12.0;
    CHECK(share == Approx(plan->stack->segment_share));  // rows sum to 1
    CHECK(plan_of(frame, view, plan.get())->cells_not_shown == plan->cells_not_shown);

    const auto words_of = [&](const ViewState& seen) {
        const DrawList list = draw_heads_overview(*plan, seen, {}, {}, measure_by_length);
        std::string words;
        for (const Label& label : list.labels) words += label.text + "\n";
        // Stripes lie in the tiles, but for those of the key.
        const HeadsOverviewLayout layout = heads_overview_layout(*plan, {});
        CHECK(list.strokes_above.size() > 12);
        for (const Stroke& stroke : list.strokes_above) {
            const glm::vec2 at = 0.5f * glm::vec2(stroke.a + stroke.b);
            const glm::vec2 inside = (at - layout.origin) / layout.pitch_px;
            const glm::vec2 cell = (inside - glm::floor(inside)) * layout.pitch_px / layout.cell_px;
            CHECK((at.y > 660.0f || cell.y >= 4.0f || cell.x <= 4.0f));
        }
        return words;
    };
    const std::string words = words_of(view);
    CHECK(words.find("only what sentence A reads of B: ") != std::string::npos);
    CHECK(words.find("not shown") != std::string::npos);
    CHECK(words.find("all of this part") != std::string::npos);
    view.hovered = {FocusKind::head, 0, 2, 3, -1, -1, false};
    const std::string of_head = words_of(view);
    CHECK(of_head.find(segments_note(SegmentChoice::ab, plan->shares[11])) != std::string::npos);
    CHECK(kept_share(plan->stack->segments, lane_weights(*plan->stack, 2, 3)) == plan->shares[11]);
}

TEST_CASE("48 layers of 64 heads have a tile each", "[heads_overview]") {
    const auto frame = synthetic::frame(48, 64, 5, chance);
    const auto plan = plan_of(frame);
    const HeadsOverviewLayout layout = heads_overview_layout(*plan, {});
    CHECK(layout.is_crisp);
    CHECK(layout.tile_min(47, 63).y + layout.tile_px.y < 720.0f);
    CHECK(layout.tile_min(47, 63).x + layout.tile_px.x < 1280.0f);
}

TEST_CASE("the tile under the pointer is its head", "[heads_overview]") {
    const auto plan = plan_of(synthetic::frame(3, 4, 9, chance));
    const HeadsOverviewLayout layout = heads_overview_layout(*plan, {});
    for (int layer = 0; layer < 3; ++layer)
        for (int head = 0; head < 4; ++head)
            for (const glm::vec2 part : {glm::vec2{0.01f, 0.01f}, {0.5f, 0.5f}, {0.99f, 0.99f}}) {
                const Focus focus =
                    pick_heads_overview(*plan, {}, layout.tile_min(layer, head) + part * layout.tile_px);
                CHECK(focus.kind == FocusKind::head);
                CHECK(focus.layer == layer);
                CHECK(focus.head == head);
            }
    CHECK(pick_heads_overview(*plan, {}, {1.0f, 1.0f}).kind == FocusKind::none);
    CHECK(pick_heads_overview(*plan, {}, {1279.0f, 719.0f}).kind == FocusKind::none);
}

TEST_CASE("tiles are painted anew only when weights or colours change", "[heads_overview]") {
    const auto frame = synthetic::frame(3, 4, 9, chance);
    const auto plan = plan_of(frame);
    CHECK(plan_of(frame, {}, plan.get())->tiles == plan->tiles);
    ViewState light;
    light.theme = ThemeName::light;
    CHECK(plan_of(frame, light, plan.get())->tiles != plan->tiles);
    CHECK(plan_of(synthetic::frame(3, 4, 9, chance), {}, plan.get())->tiles != plan->tiles);
}

TEST_CASE("words of the overview lie apart from each other", "[heads_overview]") {
    const auto plan = plan_of(synthetic::frame(12, 12, 15, chance));
    for (const ThemeName name : {ThemeName::dark, ThemeName::light, ThemeName::projector}) {
        ViewState view;
        view.theme = name;
        const DrawList list = draw_heads_overview(*plan, view, {}, {}, measure_by_length);
        REQUIRE(list.textured_planes.size() == 1);
        CHECK(list.labels.size() > 24);
        for (size_t a = 0; a < list.labels.size(); ++a) {
            const ScreenBounds box = label_bounds(list.labels[a], measure_by_length);
            CAPTURE(list.labels[a].text);
            CHECK((box.left >= 0.0f && box.right <= 1280.0f && box.top >= 0.0f && box.bottom <= 720.0f));
            CHECK(list.labels[a].size_px >= 11.0f);
            for (size_t b = 0; b < a; ++b) {
                CAPTURE(list.labels[b].text);
                CHECK_FALSE(overlap(box, label_bounds(list.labels[b], measure_by_length)));
            }
        }
    }
}

TEST_CASE("without tokens there is nothing to tile", "[heads_overview]") {
    const auto plan = plan_of(std::make_shared<AttentionFrame>());
    CHECK_FALSE(plan->tiles);
    CHECK(draw_heads_overview(*plan, {}, {}, {}, measure_by_length).labels.empty());
    CHECK(pick_heads_overview(*plan, {}, {200.0f, 200.0f}).kind == FocusKind::none);
}
