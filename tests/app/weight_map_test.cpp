#include "app/weight_map.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("a colour survives the way to Lab and back") {
    const glm::vec3 color{0.2f, 0.7f, 0.4f};
    CHECK(glm::length(srgb_from_lab(lab_from_srgb(color)) - color) < 1e-3f);
    CHECK(lab_from_srgb({1.0f, 1.0f, 1.0f}).x == Approx(100.0f).margin(0.05));
    CHECK(lab_from_srgb({0.0f, 0.0f, 0.0f}).x == Approx(0.0f).margin(0.05));
}

TEST_CASE("lightness of the weight maps is strictly monotone") {
    for (const ThemeName theme : {ThemeName::dark, ThemeName::light}) {
        const float sign = theme == ThemeName::dark ? 1.0f : -1.0f;
        float last = -1e9f;
        for (int i = 0; i <= 100; ++i) {
            const float lightness = sign * lab_from_srgb(glm::vec3(weight_map_color(theme, float(i) / 100.0f))).x;
            CHECK(lightness > last);
            last = lightness;
        }
    }
}

TEST_CASE("the ends of the map are the design's stops and colour is the square root of the weight") {
    const glm::vec3 first = glm::vec3(weight_color(ThemeName::dark, 0.0f)) * 255.0f;
    CHECK(first.r == Approx(0x12).margin(0.6));
    CHECK(first.b == Approx(0x1F).margin(0.6));
    const glm::vec3 last = glm::vec3(weight_color(ThemeName::dark, 2.0f)) * 255.0f;
    CHECK(last.r == Approx(0xFF).margin(0.6));
    CHECK(last.b == Approx(0xDC).margin(0.6));
    CHECK(weight_color(ThemeName::light, 0.25f) == weight_map_color(ThemeName::light, 0.5f));
}
