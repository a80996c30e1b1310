// Grids of numbers over images, in the world and on the picture.
#include <array>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "picture.h"

using namespace weft;
using test::pixel;
using test::Rig;

namespace {

constexpr int size_px = 120;

void add(Image& image, std::array<uint8_t, 4> color) {
    for (const uint8_t channel : color) image.rgba.push_back(channel);
}

std::shared_ptr<const Image> flat(uint32_t width, uint32_t height, std::array<uint8_t, 4> color) {
    auto image = std::make_shared<Image>();
    image->width = width;
    image->height = height;
    for (uint32_t i = 0; i < width * height; ++i) add(*image, color);
    return image;
}

// Row by row; below 0: the cell has none.
std::shared_ptr<const Image> numbers(uint32_t columns, const std::vector<float>& values) {
    auto image = std::make_shared<Image>();
    image->width = columns;
    image->height = static_cast<uint32_t>(values.size()) / columns;
    for (const float value : values) {
        const auto alpha = static_cast<uint8_t>(std::lround(255.0f * std::max(value, 0.0f)));
        const uint8_t missing = value < 0.0f ? 255 : 0;
        add(*image, {missing, 0, 0, alpha});
    }
    return image;
}

// All of the picture, from 0 to size_px.
TexturedPlane whole_picture(std::shared_ptr<const Image> image) {
    const float s = size_px;
    TexturedPlane plane;
    plane.corners = {glm::vec3(0, 0, 0), {s, 0, 0}, {s, s, 0}, {0, s, 0}};
    plane.image = std::move(image);
    return plane;
}

TexturedPlane with_cells(TexturedLook look, uint32_t columns, const std::vector<float>& values) {
    TexturedPlane plane = whole_picture(flat(1, 1, {255, 255, 255, 255}));
    plane.look = look;
    plane.cells.numbers = numbers(columns, values);
    plane.cells.count = {columns, static_cast<int>(values.size() / columns)};
    auto colors = std::make_shared<Image>();
    colors->width = 256;
    colors->height = 1;
    for (int i = 0; i < 256; ++i)
        add(*colors, {static_cast<uint8_t>(i), 0, static_cast<uint8_t>(255 - i), 255});
    plane.colors = colors;
    return plane;
}

CapturedImage draw(const TexturedPlane& plane, glm::vec4 ground = {0.0f, 0.0f, 0.0f, 1.0f}) {
    Rig rig({size_px, size_px});
    DrawList list;
    list.camera = test::front_camera({size_px, size_px});
    list.ground = ground;
    list.pictures = {plane};
    return rig.draw(list);
}

}  // namespace

TEST_CASE("a spotlight shows the image at each cell's own place by its number") {
    const CapturedImage picture =
        draw(with_cells(TexturedLook::spotlight, 3, {0.0f, 0.5f, 1.0f, 1.0f, 0.0f, 0.0f}));
    // Cells of 40 x 60 px, told apart up to their borders.
    CHECK(pixel(picture, 20, 30) == glm::ivec4(0, 0, 0, 255));
    CHECK(std::abs(pixel(picture, 60, 30).g - 128) <= 2);
    CHECK(pixel(picture, 81, 2) == glm::ivec4(255, 255, 255, 255));
    CHECK(pixel(picture, 118, 57) == glm::ivec4(255, 255, 255, 255));
    CHECK(pixel(picture, 81, 62) == glm::ivec4(0, 0, 0, 255));
    CHECK(pixel(picture, 38, 62) == glm::ivec4(255, 255, 255, 255));
    CHECK(pixel(picture, 42, 62) == glm::ivec4(0, 0, 0, 255));
}

TEST_CASE("a map looks its colours up, and a cell without a number lets the ground through") {
    const CapturedImage picture = draw(with_cells(TexturedLook::map, 3, {0.0f, 1.0f, -1.0f}), {0, 1, 0, 1});
    CHECK(pixel(picture, 20, 60) == glm::ivec4(0, 0, 255, 255));
    CHECK(pixel(picture, 60, 60) == glm::ivec4(255, 0, 0, 255));
    CHECK(pixel(picture, 100, 60) == glm::ivec4(0, 255, 0, 255));
}

TEST_CASE("smooth numbers go through those of the cells' middles and stay in 0..1") {
    TexturedPlane plane = with_cells(TexturedLook::map, 4, {0.0f, 1.0f, 0.2f, 0.2f});
    const CapturedImage steps = draw(plane);
    plane.cells.smooth = true;
    const CapturedImage smooth = draw(plane);
    for (const auto& [x, red] : {std::pair(15, 0), {45, 255}, {75, 51}, {105, 51}}) {
        CHECK(std::abs(pixel(smooth, x, 60).r - red) <= 12);
        CHECK(std::abs(pixel(steps, x, 60).r - red) <= 1);
    }
    CHECK(pixel(steps, 28, 60).r == 0);
    CHECK(pixel(steps, 32, 60).r == 255);
    CHECK(std::abs(pixel(smooth, 30, 60).r - 128) < 40);
}

TEST_CASE("a cell without a number neither smears nor is smeared") {
    TexturedPlane plane = with_cells(TexturedLook::map, 3, {0.5f, -1.0f, 0.5f});
    plane.cells.smooth = true;
    const CapturedImage picture = draw(plane, {0, 1, 0, 1});
    CHECK(pixel(picture, 60, 60) == glm::ivec4(0, 255, 0, 255));
    for (const int x : {5, 20, 36, 84, 100, 115}) CHECK(std::abs(pixel(picture, x, 60).r - 128) <= 2);
}

TEST_CASE("numbers below the middle of a map with a zero are hatched, those above are not") {
    TexturedPlane plane = with_cells(TexturedLook::map, 3, {0.2f, 0.5f, 0.8f});
    plane.hatches_lower_half = true;
    const CapturedImage picture = draw(plane);
    const auto differing = [&](int from, int to) {
        int count = 0;
        for (int x = from; x < to; ++x) count += pixel(picture, x, 60) != pixel(picture, from, 60);
        return count;
    };
    CHECK(differing(4, 36) > 8);
    CHECK(differing(44, 76) == 0);
    CHECK(differing(84, 116) == 0);
}

TEST_CASE("a grid's numbers may lie anywhere in their image") {
    TexturedPlane plane = with_cells(TexturedLook::map, 2, {0.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f});
    plane.cells.first = {1, 1};
    plane.cells.count = {1, 1};
    const CapturedImage picture = draw(plane);
    CHECK(pixel(picture, 10, 10) == glm::ivec4(255, 0, 0, 255));
    CHECK(pixel(picture, 110, 110) == glm::ivec4(255, 0, 0, 255));
}

TEST_CASE("a window shows its part of the image, and grey beyond") {
    auto image = std::make_shared<Image>();
    image->width = 2;
    image->height = 1;
    image->rgba = {255, 0, 0, 255, 0, 255, 0, 255};
    TexturedPlane plane = whole_picture(image);
    plane.nearest = true;
    plane.window = {0.5f, 0.0f, 1.5f, 1.0f};
    const CapturedImage picture = draw(plane);
    CHECK(pixel(picture, 30, 60) == glm::ivec4(0, 255, 0, 255));
    const glm::ivec4 beyond = pixel(picture, 90, 60);
    CHECK(beyond.r == beyond.g);
    CHECK(beyond.r == beyond.b);
    CHECK(beyond.r > 60);
}

TEST_CASE("an image without saturation is grey of the same luminance") {
    TexturedPlane plane = whole_picture(flat(1, 1, {255, 0, 0, 255}));
    plane.saturation = 0.0f;
    const glm::ivec4 grey = pixel(draw(plane), 60, 60);
    CHECK(grey.r == grey.g);
    CHECK(grey.g == grey.b);
    CHECK(std::abs(grey.r - 127) <= 1);  // sRGB of 0.2126
}

TEST_CASE("rules between cells are drawn only where cells are large") {
    TexturedPlane plane = whole_picture(flat(1, 1, {0, 0, 0, 255}));
    plane.cells.rule_opacity = 1.0f;
    const auto ruled = [&](int cells) {
        plane.cells.count = {cells, cells};
        const CapturedImage picture = draw(plane);
        int bright = 0;
        for (int x = 0; x < size_px; ++x) bright += pixel(picture, x, 3).r > 100;
        return bright;
    };
    CHECK(ruled(4) >= 3);
    CHECK(ruled(40) == 0);
}

TEST_CASE("an edge lies just inside the border") {
    TexturedPlane plane = whole_picture(flat(1, 1, {0, 0, 0, 255}));
    plane.edge = {1, 1, 1, 1};
    plane.edge_px = 4.0f;
    const CapturedImage picture = draw(plane);
    CHECK(pixel(picture, 2, 60) == glm::ivec4(255, 255, 255, 255));
    CHECK(pixel(picture, 60, 117) == glm::ivec4(255, 255, 255, 255));
    CHECK(pixel(picture, 8, 60) == glm::ivec4(0, 0, 0, 255));
}

TEST_CASE("the same plane in the world has the same colours as on the picture") {
    Rig rig({size_px, size_px});
    DrawList list;
    list.camera = test::front_camera({size_px, size_px});
    TexturedPlane plane = with_cells(TexturedLook::map, 2, {0.2f, 0.9f});
    plane.corners = {glm::vec3(-1, 1, 0), {1, 1, 0}, {1, -1, 0}, {-1, -1, 0}};
    list.textured_planes = {plane};
    const CapturedImage world = rig.draw(list);
    const CapturedImage on_picture = draw(with_cells(TexturedLook::map, 2, {0.2f, 0.9f}));
    for (const auto& [there, here] : {std::pair(45, 20), {75, 100}}) {
        const glm::ivec4 difference = glm::abs(pixel(world, there, 60) - pixel(on_picture, here, 60));
        CHECK(std::max({difference.r, difference.g, difference.b}) <= 1);
    }
}
