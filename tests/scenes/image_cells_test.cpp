#include <cmath>
#include <limits>

#include "scenes/image_hud.h"
#include "scenes/quantity.h"
#include "scenes/theme.h"
#include "tests/scenes/image_rig.h"

using namespace weft;

TEST_CASE("the brightest cell of the overlay is the tensor's largest weight, at its patch's own pixels") {
    // A centre crop: patches cover the middle of the image only.
    const auto frame = synthetic::image_frame(3, 2, 1, 4, 6, one_bright(1 + 2 * 6 + 5), 240, 120);
    PatchGrid& grid = *frame->stacks[0].grid;
    grid.patches_in_image = {60.0, 0.0, 120.0, 120.0};
    ImagePlace place(frame);
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
    ImagePlace spotlight(frame, view);
    CHECK(spotlight.plan().full == Approx(98.0f / 5050.0f));
    const TexturedPlane light = *plane_with_numbers(spotlight.draw().textured_planes);
    CHECK(light.look == TexturedLook::spotlight);
    CHECK(drawn_number(light, 9, 9) == 1.0f);
    CHECK(drawn_number(light, 8, 4) == Approx(std::sqrt(49.0f / 98.0f)).margin(0.003));
    view.image.look = ImageLook::map;
    ImagePlace map(frame, view);
    CHECK(map.plan().full == Approx(100.0f / 5050.0f));
    const TexturedPlane colors = *plane_with_numbers(map.draw().textured_planes);
    CHECK(colors.look == TexturedLook::map);
    CHECK(drawn_number(colors, 8, 4) == Approx(0.7f).margin(0.003));
    CHECK(colors.tint.a == Approx(0.6f));
    CHECK_FALSE(colors.cells.smooth);
    view.image.opacity = 0.25f;
    view.image.smooth = true;
    const TexturedPlane changed = *plane_with_numbers(ImagePlace(frame, view).draw().textured_planes);
    CHECK(changed.tint.a == Approx(0.25f));
    CHECK(changed.cells.smooth);
}

TEST_CASE("padding is part of the pane, and a patch on it lies beyond the image") {
    const auto frame = synthetic::image_frame(1, 1, 0, 2, 2, synthetic::uniform(), 100, 50);
    frame->stacks[0].grid->patches_in_image = {0.0, -25.0, 100.0, 100.0};
    ImagePlace place(frame);
    const ImageStackLayout layout = place.layout();
    CHECK(layout.shown.y == -25.0);
    CHECK(layout.shown.height == 100.0);
    CHECK(layout.size_u == glm::vec2(10.0f));
    const TexturedPlane plane = *plane_with_numbers(place.draw().textured_planes);
    CHECK(plane.window == glm::vec4(0.0f, -0.5f, 1.0f, 1.5f));
}

TEST_CASE("without an image the panes are grey and patches stay where they are") {
    ImagePlace place(synthetic::image_frame(2, 1, 1, 2, 3, one_bright(2)));
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
    ImagePlace place(frame, view);
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
    ImagePlace place(frame, view);
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
    ImagePlace of_layer(frame, view);
    CHECK(of_layer.plan().key_pane == 0);
    CHECK(of_layer.plan().query_pane == 2);
    CHECK(of_layer.plan().strip.empty());
    CHECK(of_layer.plan().patch_number(2) == 0.9f);
    view.quantity = "relevance";
    ImagePlace of_end(frame, view);
    CHECK(of_end.plan().query_pane == 3);
    CHECK(of_end.plan().row[0] == 0.0f);  // its own 1 is left out
    CHECK(of_end.plan().patch_number(3) == 0.3f);
    view.quantity = "integrated_gradients";
    ImagePlace of_input(frame, view);
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
    ImagePlace place(frame, view);
    CHECK(place.plan().on_queries);
    CHECK(place.plan().patch_number(2) == 1.0f);
    const TexturedPlane plane = *plane_with_numbers(place.draw().textured_planes);
    CHECK(plane.corners[0].x == Approx(place.layout().x(place.plan().query_pane)));
    CHECK(drawn_number(plane, 0, 0) == Approx(0.25f).margin(0.003));
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

TEST_CASE("light goes from one query's patches to the next's instead of jumping") {
    ImagePlace place(synthetic::image_frame(3, 2, 1, 4, 5, one_bright(6)));
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
    ImagePlace before(place);
    before.motion = {};
    before.select_query(3);
    const DrawList was = before.draw();
    CHECK(start[2] == Approx(drawn_number(*plane_with_numbers(was.textured_planes), 2, 0)).margin(0.01));
}
