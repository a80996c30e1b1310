#include <fstream>
#include <glm/gtc/matrix_transform.hpp>

#include "analysis/error.h"
#include "picture.h"

using namespace weft;
using namespace weft::test;

namespace {

// Paints the whole overlay with nothing but says that it was asked.
struct CountingUi : UiLayer {
    int calls = 0;
    void record(void*) override { ++calls; }
};

DrawList empty_list(glm::ivec2 size) {
    DrawList list;
    list.camera = front_camera(size);
    return list;
}

}  // namespace

TEST_CASE("the stack of panes and lines is a picture") {
    Rig rig({1280, 720});
    const DrawList list = stack_list({1280, 720}, 650);
    const CapturedImage picture = rig.draw(list);
    keep(picture, "stack");
    REQUIRE(picture.width == 1280);
    REQUIRE(picture.rgba.size() == size_t(1280 * 720 * 4));
    CHECK(pixel(picture, 2, 2) == glm::ivec4(11, 14, 20, 255));
    CHECK(rig.renderer->stats().lines_drawn > 500);
    int colored = 0, white = 0;
    for (size_t i = 0; i < picture.rgba.size(); i += 4) {
        colored += picture.rgba[i] > 60 || picture.rgba[i + 1] > 60 || picture.rgba[i + 2] > 60;
        white += picture.rgba[i] > 250 && picture.rgba[i + 1] > 250 && picture.rgba[i + 2] > 250;
    }
    CHECK(colored > 50000);
    CHECK(white == 0);
}

// What a branch on uniforms costs on lavapipe 22.3: a shader compiled anew and kept for each of these draws.
TEST_CASE("frames whose batches differ take no memory for good") {
    Rig rig;
    DrawList list = stack_list({320, 180}, 200);
    const auto draw = [&](int frames) {
        for (int i = 0; i < frames; ++i) {
            for (FlowBatch& flow : list.flows)
                flow.opacity_scale = 0.5f + 0.004f * static_cast<float>(i % 100);
            rig.draw(list);
        }
    };
    const auto resident_mb = [] {
        std::ifstream statm("/proc/self/statm");
        double pages = 0.0, resident = 0.0;
        statm >> pages >> resident;
        return resident * 4096.0 / 1e6;
    };
    draw(40);
    const double before_mb = resident_mb();
    draw(60);
    CHECK(resident_mb() - before_mb < 40.0);
}

TEST_CASE("the same list is the same picture to the last byte, 40 times") {
    const DrawList list = stack_list({320, 180}, 1500);
    Rig rig;
    const CapturedImage first = rig.draw(list);
    for (int i = 0; i < 38; ++i) REQUIRE(rig.draw(list).rgba == first.rgba);
    Rig other;
    CHECK(other.draw(list).rgba == first.rgba);
}

TEST_CASE("planes are blended in the list's order") {
    Rig rig({64, 64});
    DrawList list = empty_list({64, 64});
    const auto square = [](float z, glm::vec4 fill) {
        return Plane{{glm::vec3(-9, -9, z), {9, -9, z}, {9, 9, z}, {-9, 9, z}}, fill, glm::vec4(0.0f), 1.0f};
    };
    list.planes = {square(0.0f, {1, 0, 0, 1}), square(-1.0f, {0, 1, 0, 1})};
    CHECK(pixel(rig.draw(list), 32, 32) == glm::ivec4(0, 255, 0, 255));
    std::swap(list.planes[0], list.planes[1]);
    CHECK(pixel(rig.draw(list), 32, 32) == glm::ivec4(255, 0, 0, 255));
}

TEST_CASE("a pane's faint fill shows on a dark and on a light ground") {
    Rig rig({64, 64});
    DrawList list = empty_list({64, 64});
    const auto fill = [&](glm::vec4 ground, glm::vec4 pane) {
        list.ground = ground;
        list.planes = {
            {{glm::vec3(-9, -9, 0), {9, -9, 0}, {9, 9, 0}, {-9, 9, 0}}, pane, glm::vec4(0.0f), 1.0f}};
        return pixel(rig.draw(list), 32, 32);
    };
    const glm::ivec4 dark = fill({11 / 255.0f, 14 / 255.0f, 20 / 255.0f, 1.0f},
                                 {157 / 255.0f, 178 / 255.0f, 214 / 255.0f, 0.035f});
    CHECK(std::abs(dark.g - 0x26) <= 1);  // in linear light 0.0044 + 0.035 * (0.445 - 0.0044)
    const glm::ivec4 light = fill({1.0f, 1.0f, 1.0f, 1.0f}, {0.0f, 0.0f, 0.0f, 0.035f});
    CHECK(std::abs(light.g - 246) <= 1);  // 255 - 0.035 * 255
}

TEST_CASE("a pane's border is one pixel, wherever the camera stands") {
    Rig rig({200, 200});
    DrawList list = empty_list({200, 200});
    list.planes = {
        {{glm::vec3(-1, -1, 0), {1, -1, 0}, {1, 1, 0}, {-1, 1, 0}}, glm::vec4(0.0f), glm::vec4(1.0f), 1.0f}};
    for (const float distance : {6.0f, 9.3f, 20.0f}) {
        list.camera = front_camera({200, 200}, distance);
        const CapturedImage picture = rig.draw(list);
        double across = 0.0;  // linear light of the left border along the middle row
        for (int x = 0; x < 100; ++x) {
            const double v = pixel(picture, x, 100).r / 255.0;
            across += v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
        }
        CHECK(across == Approx(1.0).margin(0.05));
    }
}

TEST_CASE("strokes stand under or over the lines, round or cut") {
    Rig rig({100, 100});
    DrawList list = empty_list({100, 100});
    list.strokes_below = {{{0, 0, 0}, {0, 0, 0}, {1, 0, 0, 1}, 0.0f, 20.0f, true}};
    CapturedImage picture = rig.draw(list);
    CHECK(pixel(picture, 50, 50) == glm::ivec4(255, 0, 0, 255));
    CHECK(pixel(picture, 50, 42) == glm::ivec4(255, 0, 0, 255));
    CHECK(pixel(picture, 42, 42) == glm::ivec4(0, 0, 0, 255));
    list.strokes_above = {{{-9, 0, 0}, {9, 0, 0}, {0, 1, 0, 1}, 0.0f, 4.0f, false}};
    picture = rig.draw(list);
    CHECK(pixel(picture, 50, 50) == glm::ivec4(0, 255, 0, 255));
    CHECK(pixel(picture, 50, 44) == glm::ivec4(255, 0, 0, 255));
}

TEST_CASE("a rectangle has its border, a wedge its two heights") {
    Rig rig({100, 60});
    DrawList list = empty_list({100, 60});
    ScreenRect box;
    box.min = {10, 10};
    box.max = {40, 30};
    box.fill = {0, 0, 1, 1};
    box.border = {1, 1, 1, 1};
    box.border_px = 2;
    ScreenRect wedge;
    wedge.min = {50, 10};
    wedge.max = {90, 30};
    wedge.fill = {1, 0, 0, 1};
    wedge.right_height_px = 4;
    list.rects = {box, wedge};
    const CapturedImage picture = rig.draw(list);
    keep(picture, "rects");
    CHECK(pixel(picture, 25, 20) == glm::ivec4(0, 0, 255, 255));
    CHECK(pixel(picture, 11, 20) == glm::ivec4(255, 255, 255, 255));
    CHECK(pixel(picture, 8, 20) == glm::ivec4(0, 0, 0, 255));
    const auto height = [&](int x) {
        double sum = 0.0;
        for (int y = 0; y < 60; ++y) sum += pixel(picture, x, y).r / 255.0;
        return sum;
    };
    CHECK(height(51) == Approx(19.4).margin(1.0));
    CHECK(height(70) == Approx(11.8).margin(1.0));
    CHECK(height(88) == Approx(4.6).margin(1.0));
}

TEST_CASE("a textured plane shows its image upright") {
    Rig rig({100, 100});
    DrawList list = empty_list({100, 100});
    auto image = std::make_shared<Image>();
    image->width = image->height = 2;
    image->rgba = {255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 90, 90, 90, 255};
    list.textured_planes = {
        {{glm::vec3(-1, 1, 0), {1, 1, 0}, {1, -1, 0}, {-1, -1, 0}}, image, glm::vec4(1.0f), true}};
    const CapturedImage picture = rig.draw(list);
    CHECK(pixel(picture, 40, 40) == glm::ivec4(255, 0, 0, 255));
    CHECK(pixel(picture, 60, 40) == glm::ivec4(0, 255, 0, 255));
    CHECK(pixel(picture, 40, 60) == glm::ivec4(0, 0, 255, 255));
    CHECK(pixel(picture, 60, 60) == glm::ivec4(90, 90, 90, 255));
}

TEST_CASE("the nearer mesh wins, and hides the lines behind it") {
    Rig rig({100, 100});
    DrawList list = stack_list({100, 100}, 300);
    const auto square = [](float z) {
        MeshData mesh;
        mesh.positions = {{-40, -40, z}, {40, -40, z}, {40, 40, z}, {-40, 40, z}};
        mesh.normals.assign(4, {0, 0, 1});
        mesh.indices = {0, 1, 2, 0, 2, 3};
        return std::make_shared<const MeshData>(mesh);
    };
    list.camera = front_camera({100, 100}, 60.0f);
    list.meshes = {{square(20.0f), glm::mat4(1.0f), {1, 0, 0, 1}},
                   {square(10.0f), glm::mat4(1.0f), {0, 1, 0, 1}}};
    const CapturedImage picture = rig.draw(list);
    const glm::ivec4 middle = pixel(picture, 50, 50);
    CHECK(middle.r > 240);
    CHECK(middle.g == 0);
    CHECK(middle.b == 0);
}

TEST_CASE("pictures come back in order, with and without the user interface") {
    Rig rig({64, 48});
    DrawList list = empty_list({64, 48});
    CountingUi ui;
    std::vector<uint64_t> frames;
    std::vector<int> reds;
    for (int i = 0; i < 7; ++i) {
        list.ground = {float(i * 20) / 255.0f, 0, 0, 1};
        rig.renderer->capture_next(
            [&](CapturedImage&& picture) {
                frames.push_back(picture.frame);
                reds.push_back(pixel(picture, 5, 5).r);
            },
            i % 2 == 1);
        REQUIRE(rig.renderer->render(list, &ui));
    }
    CHECK(frames.size() == 5);  // those of the two frames in flight are still on their way
    rig.renderer->flush_captures();
    CHECK(frames == std::vector<uint64_t>{0, 1, 2, 3, 4, 5, 6});
    CHECK(reds == std::vector<int>{0, 20, 40, 60, 80, 100, 120});
    CHECK(ui.calls == 7);
}

TEST_CASE("a storm of sizes leaves no message, nothing is drawn at size zero") {
    Rig rig({64, 64});
    uint32_t seed = 1;
    for (int i = 0; i < 120; ++i) {
        seed = seed * 1664525u + 1013904223u;
        const glm::ivec2 size{int(seed >> 8) % 300, int(seed >> 20) % 200};
        rig.renderer->resize(size);
        rig.renderer->set_quality({i % 3 == 0 ? 4 : 16, i % 2 == 0 ? 1.0f : 0.5f});
        bool captured = false;
        const bool drawable = size.x > 0 && size.y > 0;
        if (drawable)
            rig.renderer->capture_next(
                [&](CapturedImage&& picture) {
                    captured = true;
                    CHECK(glm::ivec2(picture.width, picture.height) == size);
                },
                false);
        CHECK(rig.renderer->render(stack_list(glm::max(size, 1), 50), nullptr) == drawable);
        if (i % 4 == 0 && drawable) {
            rig.renderer->flush_captures();
            CHECK(captured);
        }
        rig.renderer->flush_captures();
    }
    rig.renderer->resize({0, 100});
    CHECK_FALSE(rig.renderer->render(stack_list({1, 1}, 5), nullptr));
}

TEST_CASE("a smaller 3D part keeps its place, the overlay stays sharp") {
    Rig rig({400, 200});
    DrawList list = stack_list({400, 200}, 300);
    list.rects = {{{10, 10}, {11, 190}, {1, 1, 1, 1}}};
    const CapturedImage full = rig.draw(list);
    rig.renderer->set_quality({16, 0.5f});
    const CapturedImage half = rig.draw(list);
    CHECK(pixel(half, 10, 100) == glm::ivec4(255, 255, 255, 255));
    CHECK(pixel(half, 12, 100) == pixel(full, 12, 100));
    const auto mean_green = [](const CapturedImage& picture, int x0, int y0) {
        int sum = 0;
        for (int y = y0; y < y0 + 20; ++y)
            for (int x = x0; x < x0 + 20; ++x) sum += pixel(picture, x, y).g;
        return sum / 400.0;
    };
    for (int y = 0; y < 200; y += 20)
        for (int x = 0; x < 400; x += 20)
            REQUIRE(mean_green(half, x, y) == Approx(mean_green(full, x, y)).margin(10.0));
    CHECK(half.rgba != full.rgba);
}

TEST_CASE("every pass has its name and its times") {
    Rig rig;
    const DrawList list = stack_list({320, 180}, 200);
    for (int i = 0; i < 4; ++i) rig.draw(list);
    const auto passes = rig.renderer->stats().passes;
    const auto named = [&](const std::string& name) {
        return std::any_of(passes.begin(), passes.end(),
                           [&](const PassTiming& p) { return p.name == name && p.gpu_ms > 0.0; });
    };
    CHECK(named("planes"));
    CHECK(named("flow lines"));
    CHECK(named("composite"));
}

TEST_CASE("a device that no machine has is refused with every device's reason") {
    RendererSettings settings;
    settings.device_name = "abacus";
    CHECK_THROWS_WITH(Renderer::create(settings), Catch::Matchers::Contains("its name has no \"abacus\""));
    const auto devices = Renderer::devices();
    REQUIRE_FALSE(devices.empty());
    CHECK(std::any_of(devices.begin(), devices.end(),
                      [](const DeviceReport& d) { return d.rejected_because.empty(); }));
}
