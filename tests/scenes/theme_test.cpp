#include "scenes/theme.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace weft;

namespace {

double linear(float s) {
    const double v = static_cast<double>(s);
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

double luminance(const glm::vec4& c) {
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double measured_contrast(const glm::vec4& a, const glm::vec4& b) {
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

bool same(const glm::vec4& a, const glm::vec4& b) {
    return glm::length(a - b) < 2.0f / 255.0f;
}

}  // namespace

TEST_CASE("text and marks of every theme have the contrast of the design") {
    const auto text = [](ThemeName name) { return measured_contrast(theme(name).text, theme(name).ground); };
    const auto dim = [](ThemeName name) {
        return measured_contrast(theme(name).dim_text, theme(name).ground);
    };
    CHECK(text(ThemeName::dark) == Approx(16.3).margin(0.06));
    CHECK(dim(ThemeName::dark) == Approx(6.9).margin(0.06));
    CHECK(text(ThemeName::light) == Approx(15.8).margin(0.06));
    CHECK(dim(ThemeName::light) == Approx(5.7).margin(0.06));
    CHECK(text(ThemeName::projector) == Approx(21.0).margin(0.06));
    CHECK(dim(ThemeName::projector) == Approx(10.1).margin(0.06));
    for (const ThemeName name : {ThemeName::dark, ThemeName::light, ThemeName::projector}) {
        const Theme& t = theme(name);
        for (const glm::vec4& mark : {t.sink, t.drawn, t.neighbours})
            CHECK(measured_contrast(mark, t.ground) >= 3.0);
        for (const glm::vec4& head : t.heads_12) CHECK(measured_contrast(head, t.ground) >= 2.99);
        for (const glm::vec4& head : t.heads_8) CHECK(measured_contrast(head, t.ground) >= 2.99);
    }
}

TEST_CASE("up to 8 heads use the palette of 8, up to 12 that of 12, more share colours in groups") {
    const Theme& t = theme(ThemeName::dark);
    CHECK(head_color(t, 7, 8) == t.heads_8[7]);
    CHECK(head_color(t, 8, 12) == t.heads_12[8]);
    CHECK(head_color(t, 0, 16) == t.heads_8[0]);
    CHECK(head_color(t, 1, 16) == t.heads_8[0]);
    CHECK(head_color(t, 15, 16) == t.heads_8[7]);
    CHECK(head_color(t, 31, 32) == t.heads_8[7]);
    CHECK(head_color(t, 3, 32) == t.heads_8[0]);
    CHECK(head_color(t, 19, 20) == t.heads_8[6]);
}

TEST_CASE("the arrays of colours are the same ones at every call") {
    CHECK(head_colors(ThemeName::dark, 12) == head_colors(ThemeName::dark, 12));
    CHECK(sink_colors(ThemeName::light, 16) == sink_colors(ThemeName::light, 16));
    CHECK(head_colors(ThemeName::dark, 12)->size() == 12);
    CHECK((*sink_colors(ThemeName::light, 16))[15] == theme(ThemeName::light).sink);
    CHECK(drawn_colors(ThemeName::dark, 100)->size() == 100);
}

TEST_CASE("weight maps start and end at their stops and change lightness strictly") {
    for (const ThemeName name : {ThemeName::dark, ThemeName::light}) {
        const Theme& t = theme(name);
        CHECK(same(weight_color(t, 0.0f), t.weight_map[0]));
        CHECK(same(weight_color(t, 0.04f), t.weight_map[1]));  // sqrt: the second of six stops
        CHECK(same(weight_color(t, 1.0f), t.weight_map[5]));
        double before = luminance(weight_color(t, 0.0f));
        for (int k = 1; k <= 256; ++k) {
            const float s = static_cast<float>(k) / 256.0f;
            const double now = luminance(weight_color(t, s * s));
            if (t.dark ? now <= before : now >= before) FAIL("not monotone at " << s);
            before = now;
        }
    }
}

TEST_CASE("zero difference has the neutral colour and the ends are its stops") {
    const Theme& t = theme(ThemeName::dark);
    CHECK(same(difference_color(t, 0.0f), t.difference_map[2]));
    CHECK(same(difference_color(t, -1.0f), t.difference_map[0]));
    CHECK(same(difference_color(t, 1.0f), t.difference_map[4]));
}
