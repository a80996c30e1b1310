#include "scenes/neurons.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "scenes/color_map.h"
#include "scenes/label_placement.h"
#include "scenes/theme.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

constexpr int layers = 2, heads = 3, tokens = 9, width = 5;

float chance(int layer, int head, int query, int key) {
    return 0.05f + static_cast<float>((layer * 31 + head * 17 + query * 7 + key * 3) % 23);
}

float query_number(int query, int dimension) {
    return 0.1f * static_cast<float>(query - dimension);
}
float key_number(int key, int dimension) {
    return 0.2f * static_cast<float>((key * 3 + dimension) % 7 - 3);
}

std::shared_ptr<AttentionFrame> frame_of(int count = tokens) {
    auto frame = synthetic::frame(layers, heads, count, chance);
    std::vector<float> queries, keys, scores;
    for (int token = 0; token < count; ++token)
        for (int k = 0; k < width; ++k) {
            queries.push_back(query_number(token, k));
            keys.push_back(key_number(token, k));
        }
    for (int i = 0; i < count; ++i)
        for (int j = 0; j < count; ++j)
            scores.push_back(j > i ? std::nanf("") : 0.5f * static_cast<float>(i - j));
    const auto add = [&](const char* name, std::vector<int64_t> shape, std::vector<float> values) {
        frame->blocks[0].quantities[std::string("query_key.") + name] = {
            std::move(shape), std::make_shared<const std::vector<float>>(std::move(values))};
    };
    add("queries", {count, width}, queries);
    add("keys", {count, width}, keys);
    add("scores", {count, count}, scores);
    add("head", {2}, {1.0f, 2.0f});
    add("scale", {1}, {0.5f});
    frame->deltas["query_key"] = {1e-7};
    return frame;
}

std::shared_ptr<const NeuronsPlan> plan_of(std::shared_ptr<const AttentionFrame> frame) {
    return plan_neurons(plan_text_stack(std::move(frame), {}, nullptr));
}

float measure_by_length(std::string_view text, float size_px, bool) {
    return 0.5f * size_px * static_cast<float>(text.size());
}

ViewState of_query(int query) {
    ViewState view;
    view.selected = {FocusKind::token, 0, 1, -1, query, -1, false};
    return view;
}

glm::vec4 texel(const Image& image, uint32_t x, uint32_t y) {
    const uint8_t* at = &image.rgba[4 * (size_t{y} * image.width + x)];
    return glm::vec4(at[0], at[1], at[2], at[3]) / 255.0f;
}

glm::vec4 color_of(float number, float largest) {
    const float share = number / largest;
    return difference_color(theme(ThemeName::dark), std::copysign(std::sqrt(std::abs(share)), share));
}

bool near_color(const glm::vec4& a, const glm::vec4& b) {
    return glm::all(glm::lessThan(glm::abs(a - b), glm::vec4(2.5f / 255.0f)));
}

}  // namespace

TEST_CASE("vectors and products have the colours of their numbers", "[neurons]") {
    const auto plan = plan_of(frame_of());
    REQUIRE(plan->layer == 1);
    REQUIRE(plan->head == 2);
    REQUIRE(plan->width == width);
    const int query = 4;
    const DrawList list = draw_neurons(*plan, of_query(query), {}, {}, measure_by_length);
    REQUIRE(list.textured_planes.size() == 5);
    const Image &strip = *list.textured_planes[0].image, &vectors = *list.textured_planes[2].image,
                &products = *list.textured_planes[3].image;
    for (int k = 0; k < width; ++k) {
        const auto x = static_cast<uint32_t>(k);
        CHECK(near_color(texel(strip, x, 0), color_of(query_number(query, k), plan->largest_vector)));
        for (int key = 0; key < tokens; ++key) {
            const auto y = static_cast<uint32_t>(key);
            CHECK(near_color(texel(vectors, x, y), color_of(key_number(key, k), plan->largest_vector)));
            CHECK(near_color(texel(products, x, y),
                             color_of(query_number(query, k) * key_number(key, k), plan->largest_product)));
        }
    }
}

TEST_CASE("weights have the colours of the chosen map, and their key too", "[neurons]") {
    const auto plan = plan_of(frame_of());
    const int query = 4;
    ViewState view = of_query(query);
    for (const char* name : {"default", "viridis"}) {
        view.map = named_color_map(name);
        const DrawList list = draw_neurons(*plan, view, {}, {}, measure_by_length);
        const Image& column = *list.textured_planes.back().image;
        REQUIRE(column.height == tokens);
        for (int key = 0; key < tokens; ++key) {
            const float weight = neurons_weights(*plan, query)[static_cast<size_t>(key)];
            CHECK(near_color(texel(column, 0, static_cast<uint32_t>(key)),
                             weight_color(theme(ThemeName::dark), weight, view.map.get())));
        }
        const glm::vec4 last = map_color(theme(ThemeName::dark), view.map.get(), 63.5f / 64.0f);
        CHECK(std::ranges::any_of(list.rects, [&](const ScreenRect& rect) { return rect.fill == last; }));
    }
}

TEST_CASE("images are made once for a query, its rows and its colours", "[neurons]") {
    const auto plan = plan_of(frame_of());
    const auto images = [&](const ViewState& view) {
        std::vector<std::shared_ptr<const Image>> all;
        const DrawList list = draw_neurons(*plan, view, {}, {}, measure_by_length);
        for (const TexturedPlane& plane : list.textured_planes) all.push_back(plane.image);
        return all;
    };
    const auto first = images(of_query(4));
    ViewState pointed = of_query(4);
    pointed.hovered = {FocusKind::edge, 0, 1, 2, 4, 3, false, 2};
    CHECK(images(pointed) == first);
    CHECK(images(of_query(5)) != first);
    ViewState light = of_query(5);
    light.theme = ThemeName::light;
    const auto dark = images(of_query(5));
    CHECK(images(light) != dark);
}

TEST_CASE("score and weight of every key are written, masked ones as such", "[neurons]") {
    const auto frame = frame_of();
    const auto plan = plan_of(frame);
    const DrawList list = draw_neurons(*plan, of_query(3), {}, {}, measure_by_length);
    const auto has = [&](const std::string& text) {
        return std::ranges::any_of(list.labels, [&](const Label& label) { return label.text == text; });
    };
    CHECK(has("masked"));
    CHECK(has("1.500"));  // 0.5 (3 - 0)
    char weight[16];
    std::snprintf(weight, sizeof weight, "%.4f",
                  static_cast<double>((*frame->blocks[0].layer_weights[1])[(2 * tokens + 3) * tokens + 2]));
    CHECK(has(weight));
}

TEST_CASE("what is pointed at is the key, the dimension or the query", "[neurons]") {
    const auto plan = plan_of(frame_of());
    const ViewState view = of_query(4);
    const NeuronsLayout layout = neurons_layout(*plan, view, {});
    for (int key = 0; key < tokens; ++key) {
        const float y = layout.rows_top + (static_cast<float>(key) + 0.5f) * layout.row_height;
        for (int k = 0; k < width; ++k) {
            const float x = (static_cast<float>(k) + 0.5f) / width * layout.matrix_width;
            for (const float left : {layout.vectors_left, layout.products_left}) {
                const Focus focus = pick_neurons(*plan, view, {}, {left + x, y});
                CHECK(focus.kind == FocusKind::edge);
                CHECK((focus.layer == 1 && focus.head == 2 && focus.query == 4));
                CHECK(focus.key == key);
                CHECK(focus.dimension == k);
            }
        }
        const Focus weight = pick_neurons(*plan, view, {}, {layout.weight_left + 2.0f, y});
        CHECK((weight.key == key && weight.dimension == -1));
        const Focus name = pick_neurons(*plan, view, {}, {layout.query_names_right - 10.0f, y});
        CHECK((name.kind == FocusKind::token && name.query == key));
    }
    CHECK(pick_neurons(*plan, view, {}, {640.0f, 700.0f}).kind == FocusKind::none);
    CHECK(neurons_query(*plan, view) == 4);
}

TEST_CASE("of too many keys the heaviest stay, in their order", "[neurons]") {
    const auto plan = plan_of(frame_of(300));
    const std::vector<int> rows = neurons_rows(*plan, 7, 40);
    REQUIRE(rows.size() == 40);
    CHECK(std::ranges::is_sorted(rows));
    const std::span<const float> weights = neurons_weights(*plan, 7);
    float least = 1.0f;
    for (const int row : rows) least = std::min(least, weights[static_cast<size_t>(row)]);
    for (int key = 0; key < 300; ++key)
        if (!std::ranges::binary_search(rows, key)) CHECK(weights[static_cast<size_t>(key)] <= least);
    const DrawList list = draw_neurons(*plan, of_query(7), {}, {}, measure_by_length);
    CHECK(std::ranges::any_of(list.labels, [](const Label& label) {
        return label.text.find("heaviest of 300 keys") != std::string::npos;
    }));
}

TEST_CASE("words of the sheet lie apart and within the picture", "[neurons]") {
    for (const int count : {1, 9, 40}) {
        const auto plan = plan_of(frame_of(count));
        const DrawList list = draw_neurons(*plan, of_query(0), {}, {}, measure_by_length);
        for (size_t a = 0; a < list.labels.size(); ++a) {
            const ScreenBounds box = label_bounds(list.labels[a], measure_by_length);
            CAPTURE(count, list.labels[a].text);
            CHECK((box.left >= 0.0f && box.right <= 1280.0f && box.top >= 0.0f && box.bottom <= 720.0f));
            for (size_t b = 0; b < a; ++b) {
                CAPTURE(list.labels[b].text);
                CHECK_FALSE(overlap(box, label_bounds(list.labels[b], measure_by_length)));
            }
        }
    }
}

TEST_CASE("before the numbers are there the sheet says so", "[neurons]") {
    const auto plan = plan_of(synthetic::frame(2, 3, 9, chance));
    CHECK(plan->layer == -1);
    const DrawList list = draw_neurons(*plan, {}, {}, {}, measure_by_length);
    CHECK(list.textured_planes.empty());
    CHECK(std::ranges::any_of(
        list.labels, [](const Label& label) { return label.text.find("computing") != std::string::npos; }));
    CHECK(pick_neurons(*plan, {}, {}, {300.0f, 300.0f}).kind == FocusKind::none);
}

TEST_CASE("of a part of two texts all keys stay, since the softmax goes over all, and the title says so") {
    const auto frame = frame_of();
    for (int token = 0; token < tokens; ++token) frame->stacks[0].segments.push_back(token >= 4);
    ViewState view;
    view.segments = SegmentChoice::ba;
    const auto plan = plan_neurons(plan_text_stack(frame, view, nullptr));
    CHECK(plan->first_query >= 4);
    CHECK(neurons_layout(*plan, view, {}).rows.size() == tokens);
    const DrawList list = draw_neurons(*plan, view, {}, {}, [](std::string_view text, float size, bool) {
        return 0.5f * size * static_cast<float>(text.size());
    });
    CHECK(std::ranges::any_of(list.labels, [](const Label& label) {
        return label.text.find("both sentences") != std::string::npos;
    }));
}
