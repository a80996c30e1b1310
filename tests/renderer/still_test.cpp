// Pictures in tiles and in parts, and what the renderer does without memory.
#include <algorithm>
#include <cmath>
#include <glm/gtc/matrix_transform.hpp>
#include <random>

#include "analysis/error.h"
#include "picture.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr uint64_t mib = 1u << 20;

// Signed numbers over a picture: a cell is 16.5 pixels wide, so that borders of cells lie on the middles of
// pixels; stripes lie over what is below zero.
TexturedPlane striped_picture(glm::vec2 low) {
    auto numbers = std::make_shared<Image>();
    numbers->width = 7, numbers->height = 5;
    for (uint32_t i = 0; i < 35; ++i)
        for (const uint32_t channel : {0u, 0u, 0u, i * 53 % 256}) numbers->rgba.push_back(uint8_t(channel));
    auto colors = std::make_shared<Image>();
    colors->width = 256, colors->height = 1;
    for (uint32_t i = 0; i < 256; ++i)
        for (const uint32_t channel : {i, 255 - i, 128u, 255u}) colors->rgba.push_back(uint8_t(channel));
    TexturedPlane plane;
    const glm::vec2 high = low + 16.5f * glm::vec2(7, 5);
    plane.corners = {glm::vec3(low, 0.0f), {high.x, low.y, 0.0f}, {high, 0.0f}, {low.x, high.y, 0.0f}};
    plane.image = colors;
    plane.look = TexturedLook::map;
    plane.cells.numbers = std::move(numbers);
    plane.cells.count = {7, 5};
    plane.colors = std::move(colors);
    plane.hatches_lower_half = true;
    return plane;
}

std::shared_ptr<const Image> random_image(uint32_t width, uint32_t height, std::mt19937& random) {
    auto image = std::make_shared<Image>();
    image->width = width, image->height = height;
    for (uint32_t i = 0; i < width * height; ++i) {
        for (int c = 0; c < 3; ++c) image->rgba.push_back(uint8_t(random() % 256));
        image->rgba.push_back(255);
    }
    return image;
}

// Small images blown up, with numbers over them, on planes seen from the side and on pictures whose borders
// lie on the middles of pixels.
DrawList image_list(glm::ivec2 size) {
    std::mt19937 random(11);
    DrawList list;
    list.ground = {0.05f, 0.06f, 0.08f, 1.0f};
    list.ui_scale = float(size.y) / 720.0f;
    list.camera = front_camera(size);
    list.camera.eye = {-9.0f, 3.0f, 16.0f};
    list.camera.view_from_world = glm::lookAt(list.camera.eye, glm::vec3(0.0f), glm::vec3(0, 1, 0));
    const auto numbers_of = [&](TexturedPlane& plane) {
        auto numbers = std::make_shared<Image>();
        numbers->width = 13, numbers->height = 11;
        for (uint32_t i = 0; i < 13 * 11; ++i)
            for (const uint32_t channel : {i % 17 == 0 ? 255u : 0u, 0u, 0u, uint32_t(random() % 256)})
                numbers->rgba.push_back(uint8_t(channel));
        plane.cells.numbers = std::move(numbers);
        plane.cells.count = {13, 11};
        plane.colors = random_image(256, 1, random);
    };
    const auto looks = {TexturedLook::image, TexturedLook::spotlight, TexturedLook::map};
    float x = -4.0f;
    for (const TexturedLook look : looks) {
        TexturedPlane plane;
        plane.corners = {glm::vec3(x, 2.5f, -1.5f), {x, 2.5f, 3.5f}, {x, -2.5f, 3.5f}, {x, -2.5f, -1.5f}};
        plane.image = random_image(45, 34, random);
        plane.nearest = true;
        if (look != TexturedLook::image) numbers_of(plane);
        plane.look = look;
        list.textured_planes.push_back(plane);
        plane.corners = {glm::vec3(x, 3.4f, -1.5f), {x, 3.4f, 0.5f}, {x, 2.6f, 0.5f}, {x, 2.6f, -1.5f}};
        plane.window = {-0.2f, -0.3f, 1.2f, 1.3f};
        plane.cells.rule_opacity = 0.3f;
        plane.edge = {1.0f, 1.0f, 1.0f, 0.8f};
        plane.edge_px = 1.5f;
        list.textured_planes.push_back(plane);
        x += 4.0f;
    }
    for (int i = 0; i < 60; ++i) {
        const glm::vec2 low = glm::vec2(random() % uint32_t(size.x - 90), random() % uint32_t(size.y - 70)) +
                              0.5f,
                        high = low + glm::vec2(81, 61);
        TexturedPlane picture;
        picture.corners = {glm::vec3(low, 0.0f), {high.x, low.y, 0.0f}, {high, 0.0f}, {low.x, high.y, 0.0f}};
        picture.image = random_image(9, 7, random);
        picture.nearest = i % 2 == 0;
        if (i % 3 > 0) numbers_of(picture);
        picture.look = std::data(looks)[i % 3];
        list.pictures.push_back(std::move(picture));
    }
    return list;
}

// Everything that is placed in pixels: words, a turned word, a pill, a wedge, dots, borders, stripes; and a
// mesh.
DrawList busy_list(glm::ivec2 size, bool with_mesh) {
    DrawList list = stack_list(size, 300);
    const auto word = [&](const char* text, glm::vec2 at, float size_px) {
        Label label;
        label.text = text;
        label.position = at;
        label.size_px = size_px;
        label.halo = {0.0f, 0.0f, 0.0f, 0.9f};
        list.labels.push_back(label);
        return &list.labels.back();
    };
    for (int i = 0; i < 40; ++i)
        word("attention", {float(i * 37 % size.x), 20.0f + float(i * 53 % (size.y - 30))},
             11.0f + float(i % 7));
    word("turned", glm::vec2(size) * 0.5f, 17.0f)->angle_rad = 0.9f;
    word("pill", glm::vec2(size) * 0.4f, 15.0f)->pill = glm::vec4(0.2f, 0.4f, 0.9f, 0.8f);
    ScreenRect wedge;
    wedge.min = {0.3f * float(size.x), 0.45f * float(size.y)};
    wedge.max = wedge.min + glm::vec2(0.4f * float(size.x), 14.0f);
    wedge.right_height_px = 3.0f;
    wedge.border = {1.0f, 0.0f, 0.0f, 1.0f};
    wedge.corner_px = 4.0f;
    list.rects.push_back(wedge);
    wedge.right_height_px = -1.0f;
    wedge.min.y += 30.0f, wedge.max.y += 50.0f;
    wedge.border_px = 2.0f;
    list.rects.push_back(wedge);
    for (int i = 0; i < 30; ++i) {
        const glm::vec3 at{-12.0f + 0.8f * float(i), 0.3f * float(i % 9), 0.0f};
        list.strokes_above.push_back({at, at, {1.0f, 0.8f, 0.2f, 0.9f}, 0.0f, 6.0f, true});
        list.strokes_below.push_back({at, -at, {0.5f, 0.5f, 0.5f, 0.7f}, 0.05f, 1.0f, false});
    }
    for (const float x : {0.2f, 0.6f})
        list.pictures.push_back(striped_picture(glm::floor(glm::vec2(size) * glm::vec2(x, 0.55f)) + 0.5f));
    if (!with_mesh) return list;
    auto mesh = std::make_shared<MeshData>();
    mesh->positions = {{-6, -4, 6}, {6, -4, 6}, {0, 5, 7}};
    mesh->normals.assign(3, {0, 0, 1});
    mesh->indices = {0, 1, 2};
    list.meshes.push_back({mesh, glm::mat4(1.0f), {0.4f, 0.7f, 0.5f, 1.0f}});
    return list;
}

CapturedImage still(const DrawList& list, glm::ivec2 size, uint64_t budget_bytes) {
    RendererSettings settings;
    settings.size = {64, 64};
    settings.validation = true;
    settings.memory_budget_bytes = budget_bytes;
    const auto renderer = Renderer::create(settings);
    CapturedImage picture = renderer->render_still(list, size);
    const auto messages = renderer->take_validation_messages();
    for (const std::string& message : messages) UNSCOPED_INFO(message);
    CHECK(messages.empty());
    CHECK(renderer->stats().memory_bytes <= renderer->stats().memory_budget_bytes);
    return picture;
}

// Corners are computed from another origin in each tile: an edge may cover a hundredth more or less of a
// pixel. Where a ribbon is seen nearly from its edge its coverage changes so fast within a pixel that this is
// more than one step: a few in a million bytes of a large picture.
void check_same(const CapturedImage& a, const CapturedImage& b) {
    REQUIRE(a.rgba.size() == b.rgba.size());
    int count = 0, beyond = 0, largest = 0;
    for (size_t i = 0; i < a.rgba.size(); ++i) {
        const int off = std::abs(int(a.rgba[i]) - int(b.rgba[i]));
        count += off > 0;
        beyond += off > 1;
        largest = std::max(largest, off);
    }
    CAPTURE(count, beyond, double(count) / double(a.rgba.size()));
    CHECK(count <= int(a.rgba.size()) / 1000);
    CHECK(beyond <= int(a.rgba.size()) / 200'000);
    CHECK(largest <= 8);
}

}  // namespace

TEST_CASE("a picture in tiles equals a whole one within a step of a colour") {
    for (const bool with_mesh : {false, true}) {
        for (const glm::ivec2 size : {glm::ivec2(641, 363), glm::ivec2(360, 640)}) {
            const DrawList list = busy_list(size, with_mesh);
            const CapturedImage whole = still(list, size, 0);
            REQUIRE(whole.width == uint32_t(size.x));
            REQUIRE(whole.height == uint32_t(size.y));
            Rig rig(size);
            CHECK(rig.draw(list).rgba == whole.rgba);
            keep(whole, "still_whole");
            int tiled = 0;
            for (const uint64_t budget : {9 * mib, 10 * mib, 11 * mib}) {
                const CapturedImage tiles = still(list, size, budget);
                keep(tiles, "still_tiles");
                CAPTURE(size.x, with_mesh, budget / mib);
                check_same(tiles, whole);
                ++tiled;
            }
            CHECK(tiled == 3);
        }
    }
}

TEST_CASE("a 4K picture in tiles equals a whole one within a step of a colour") {
    const glm::ivec2 size{3840, 2160};
    DrawList list = busy_list(size, false);
    list.ui_scale = 3.0f;
    check_same(still(list, size, 64 * mib), still(list, size, 0));
}

TEST_CASE("images in tiles equal whole ones within a step of a colour") {
    for (const glm::ivec2 size : {glm::ivec2(3840, 2160), glm::ivec2(1281, 723)}) {
        const DrawList list = image_list(size);
        const CapturedImage whole = still(list, size, 0);
        keep(whole, "still_images");
        for (const uint64_t budget : {16 * mib, 40 * mib, 100 * mib}) {
            CAPTURE(size.x, budget / mib);
            check_same(still(list, size, budget), whole);
        }
    }
}

TEST_CASE("a picture that fits nowhere is refused with what it needs") {
    CHECK_THROWS_WITH(still(stack_list({64, 64}, 10), {640, 360}, mib),
                      Catch::Contains("needs at least") && Catch::Contains("MiB"));
    CHECK_THROWS_WITH(still(stack_list({64, 64}, 10), {1 << 20, 64}, 0),
                      Catch::Contains("larger than the device"));
}

TEST_CASE("without memory a window draws at less resolution, says so, and recovers") {
    RendererSettings settings;
    settings.size = {640, 360};
    settings.validation = true;
    settings.memory_budget_bytes = 9 * mib;
    const auto renderer = Renderer::create(settings);
    const DrawList list = stack_list(settings.size, 100);
    REQUIRE(renderer->render(list, nullptr));
    CHECK_THAT(renderer->stats().memory_note, Catch::Contains("% of the resolution"));
    CHECK(renderer->stats().memory_bytes <= 9 * mib);
    renderer->resize({160, 90});
    REQUIRE(renderer->render(stack_list({160, 90}, 100), nullptr));
    CHECK(renderer->stats().memory_note.empty());
    renderer->resize({4000, 3000});
    CHECK_THROWS_WITH(renderer->render(list, nullptr), Catch::Contains("MiB"));
    CHECK(renderer->take_validation_messages().empty());
}

TEST_CASE("weights that find no room on the device are selected by the CPU, and look the same") {
    const DrawList list = stack_list({160, 90}, 4000, 200);  // 23 MB in 12 blocks
    const auto draw = [&](uint64_t budget, std::string& note) {
        RendererSettings settings;
        settings.size = {160, 90};
        settings.validation = true;
        settings.compute_selection = true;
        settings.memory_budget_bytes = budget;
        const auto renderer = Renderer::create(settings);
        CapturedImage picture;
        renderer->capture_next([&](CapturedImage&& done) { picture = std::move(done); });
        REQUIRE(renderer->render(list, nullptr));
        renderer->flush_captures();
        note = renderer->stats().memory_note;
        CHECK(renderer->stats().memory_bytes <= renderer->stats().memory_budget_bytes);
        CHECK(renderer->take_validation_messages().empty());
        return picture;
    };
    std::string none, note;
    const CapturedImage whole = draw(0, none), poor = draw(20 * mib, note);
    CHECK(none.empty());
    CHECK_THAT(note, Catch::Contains("selected by the CPU"));
    CHECK(whole.rgba == poor.rgba);
}

TEST_CASE("two pictures side by side are those that they are alone, in one submission") {
    const bool with_mesh =
        GENERATE(false, true);  // with one the shaders draw the lines, without the processor
    const glm::ivec2 half{200, 180};
    DrawList left = stack_list(half, 120), right = busy_list(half, with_mesh);
    right.ground = {0.9f, 0.9f, 0.95f, 1.0f};
    Rig alone(half, false, with_mesh);
    const CapturedImage left_alone = alone.draw(left), right_alone = alone.draw(right);
    Rig rig({410, 190}, false, with_mesh);
    const uint64_t before = rig.renderer->stats().frame;
    CapturedImage both;
    rig.renderer->capture_next([&](CapturedImage&& done) { both = std::move(done); });
    const PicturePart parts[]{{&left, {0, 0}, half}, {&right, {210, 10}, half}};
    REQUIRE(rig.renderer->render_parts(parts, nullptr));
    rig.renderer->flush_captures();
    keep(both, "parts");
    CHECK(rig.renderer->stats().frame == before + 1);
    const auto part_of = [&](glm::ivec2 origin) {
        CapturedImage part{0, uint32_t(half.x), uint32_t(half.y), {}};
        for (int y = 0; y < half.y; ++y) {
            const auto row = both.rgba.begin() + (long(origin.y + y) * 410 + origin.x) * 4;
            part.rgba.insert(part.rgba.end(), row, row + half.x * 4);
        }
        return part;
    };
    CHECK(part_of({0, 0}).rgba == left_alone.rgba);
    check_same(part_of({210, 10}), right_alone);
    CHECK(glm::ivec3(pixel(both, 205, 5)) == glm::ivec3(11, 14, 20));
    CHECK(rig.renderer->stats().lines_drawn > 300);
}
