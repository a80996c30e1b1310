#include <cmath>

#include "picture.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr glm::ivec2 size{200, 100};

// `values.size()` slices, each one straight line across the middle of the picture, `width_px` wide.
DrawList stacked_lines(const std::vector<float>& values, const std::vector<glm::vec4>& colors,
                       float width_px) {
    DrawList list;
    list.camera = front_camera(size);
    list.blocks = {{std::make_shared<const std::vector<float>>(values), uint32_t(values.size()), 1, 1}};
    FlowBatch flow;
    flow.source_origin = {-8, 0, 0};
    flow.target_origin = {8, 0, 0};
    flow.width_u = 0.0f;
    flow.min_px = width_px;
    flow.max_px = width_px;
    flow.taper = 1.0f;
    flow.opacity_power = 1.0f;
    flow.opacity_min = 0.0f;
    flow.opacity_max = 1.0f;
    flow.depth_fade = 0.0f;
    flow.width_u = 100.0f;  // always at max_px
    flow.slice_colors = std::make_shared<const std::vector<glm::vec4>>(colors);
    list.flows = {flow};
    return list;
}

double linear(int byte) {
    const double v = byte / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

}  // namespace

TEST_CASE("one line at 1.0 over forty at 0.02 keeps its hue, whatever the order") {
    Rig rig(size);
    std::vector<float> values(41, 0.02f);
    std::vector<glm::vec4> colors(41, {0, 0, 1, 1});
    for (const size_t strong : {size_t(0), size_t(20), size_t(40)}) {
        auto v = values;
        auto c = colors;
        v[strong] = 1.0f;
        c[strong] = {1, 0, 0, 1};
        const glm::ivec4 got = pixel(rig.draw(stacked_lines(v, c, 10.0f)), 100, 50);
        // weights a^2.5: 1 against 40 * 0.02^2.5 = 0.0023
        CHECK(linear(got.r) == Approx(0.997).margin(0.004));
        CHECK(linear(got.b) == Approx(0.0023).margin(0.0015));
    }
}

TEST_CASE("forty lines at 0.02 cover as much as their product says, not as their sum") {
    Rig rig(size);
    const CapturedImage picture = rig.draw(
        stacked_lines(std::vector<float>(40, 0.02f), std::vector<glm::vec4>(40, {1, 1, 1, 1}), 10.0f));
    CHECK(linear(pixel(picture, 100, 50).g) == Approx(1.0 - std::pow(0.98, 40)).margin(0.012));
}

TEST_CASE("hundreds of full lines keep their colour, thousands are no white clot") {
    Rig rig(size);
    const auto draw = [&](size_t count) {
        const std::vector<glm::vec4> colors(count, {0.5f, 0.25f, 0.0f, 1});
        return pixel(rig.draw(stacked_lines(std::vector<float>(count, 1.0f), colors, 10.0f)), 100, 50);
    };
    CHECK(std::abs(draw(200).r - 128) <= 8);
    CHECK(std::abs(draw(200).g - 64) <= 8);
    // Half floats stop adding after some 2,000 equal lines; what stays is darker, never white.
    const glm::ivec4 many = draw(20000);
    CHECK(many.r <= 136);
    CHECK(many.r >= 90);
    CHECK(many.g < many.r);
    CHECK(many.b == 0);
}

TEST_CASE("a line has the width that it should have, and a thin one pays with opacity") {
    Rig rig(size);
    for (const float width : {1.1f, 2.0f, 5.0f, 11.0f}) {
        const CapturedImage picture = rig.draw(stacked_lines({1.0f}, {{1, 1, 1, 1}}, width));
        double across = 0.0;
        for (int y = 0; y < size.y; ++y) across += linear(pixel(picture, 100, y).g);
        CHECK(across == Approx(width).epsilon(0.08));
    }
    DrawList thin = stacked_lines({1.0f}, {{1, 1, 1, 1}}, 2.0f);
    const float px_per_u = 100.0f * 0.5f / std::tan(glm::radians(11.0f)) / 10.0f;
    thin.flows[0].width_u = 1.0f / px_per_u;  // wants 1 px, gets 2 at half opacity
    const CapturedImage picture = rig.draw(thin);
    double across = 0.0;
    for (int y = 0; y < size.y; ++y) across += linear(pixel(picture, 100, y).g);
    CHECK(across == Approx(1.0).epsilon(0.08));
}

TEST_CASE("a line is wide at its source and narrow at its target, and grows from the source") {
    Rig rig(size);
    DrawList list = stacked_lines({1.0f}, {{1, 1, 1, 1}}, 20.0f);
    list.flows[0].source_origin = {-3, 0, 0};
    list.flows[0].target_origin = {3, 0, 0};
    list.flows[0].min_px = 1.0f;
    list.flows[0].max_px = 24.0f;
    list.flows[0].width_u = 0.4f;
    list.flows[0].taper = 0.35f;
    const auto width_at = [&](const CapturedImage& picture, int x) {
        double across = 0.0;
        for (int y = 0; y < size.y; ++y) across += linear(pixel(picture, x, y).g);
        return across;
    };
    const CapturedImage full = rig.draw(list);
    keep(full, "taper");
    CHECK(width_at(full, 30) > 2.0 * width_at(full, 170));
    CHECK(width_at(full, 170) > 3.0);
    list.flows[0].grow = 0.5f;
    const CapturedImage half = rig.draw(list);
    CHECK(width_at(half, 40) > 8.0);
    CHECK(width_at(half, 160) == 0.0);
}

TEST_CASE("a pulse lights its place, signs have their colour, focus mixes") {
    Rig rig(size);
    DrawList list = stacked_lines({0.4f}, {{1, 0, 0, 1}}, 10.0f);
    list.flows[0].source_origin.x = -3;
    list.flows[0].target_origin.x = 3;
    list.flows[0].pulse_phase = 0.5f;
    const CapturedImage pulse = rig.draw(list);
    keep(pulse, "pulse");
    CHECK(pixel(pulse, 100, 50).r > pixel(pulse, 40, 50).r + 40);
    CHECK(pixel(pulse, 100, 50).g > 40);
    CHECK(pixel(pulse, 40, 50).g == 0);

    list = stacked_lines({-1.0f}, {{1, 0, 0, 1}}, 10.0f);
    CHECK(pixel(rig.draw(list), 100, 50) == glm::ivec4(255, 0, 0, 255));
    list.flows[0].negative_color = glm::vec4(0, 0, 1, 1);
    CHECK(pixel(rig.draw(list), 100, 50) == glm::ivec4(0, 0, 255, 255));
    list.flows[0].mix_color = {1, 1, 1, 0.65f};
    CHECK(std::abs(pixel(rig.draw(list), 100, 50).r - 166) <= 2);
}

TEST_CASE("lines near the eye fade, lines through it do no harm") {
    Rig rig(size);
    DrawList list = stacked_lines({1.0f}, {{1, 1, 1, 1}}, 10.0f);
    list.camera.near_fade_u = 60.0f;
    CHECK(pixel(rig.draw(list), 100, 50).g < 60);
    list.camera.near_fade_u = 1.5f;
    CHECK(pixel(rig.draw(list), 100, 50).g == 255);
    list.flows[0].source_origin = {-1, 0, 30};  // behind the eye
    list.flows[0].axis = {0, 0, -1};
    list.flows[0].target_origin = {1, 0, 0};
    const CapturedImage through = rig.draw(list);
    keep(through, "through_the_eye");
    CHECK(through.rgba.size() == size_t(size.x * size.y * 4));
}

TEST_CASE("no weights, no lines: NaN and empty blocks draw nothing") {
    Rig rig(size);
    DrawList list = stacked_lines({std::nanf("")}, {{1, 1, 1, 1}}, 10.0f);
    list.blocks.push_back({std::make_shared<const std::vector<float>>(), 0, 0, 0});
    list.flows.push_back(list.flows[0]);
    list.flows[1].block = 1;
    const CapturedImage picture = rig.draw(list);
    CHECK(pixel(picture, 100, 50) == glm::ivec4(0, 0, 0, 255));
    CHECK(rig.renderer->stats().lines_drawn == 0);
}
