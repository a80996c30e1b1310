// The design's distances between colours, measured, for all four visions.
#include <catch2/catch.hpp>
#include <set>

#include "scenes/color_map.h"
#include "scenes/theme.h"
#include "tests/scenes/color_vision.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr std::array<ThemeName, 3> all_themes{ThemeName::dark, ThemeName::light, ThemeName::projector};

template <typename Palette>
double least_side_by_side(const Palette& palette) {
    double least = 1e9;
    for (size_t i = 0; i + 1 < palette.size(); ++i)
        least = std::min(least, color_distance(palette[i], palette[i + 1], Vision::normal));
    return least;
}

// To the digits that the design gives.
template <typename Palette>
void check_palette(const Palette& palette, const std::array<double, 4>& designed, double side_by_side) {
    for (size_t v = 0; v < all_visions.size(); ++v) {
        INFO("vision " << v);
        CHECK(least_distance(palette, all_visions[v]) >= designed[v] - 0.05);
    }
    CHECK(least_side_by_side(palette) >= side_by_side);
}

bool is_monotone(const Theme& theme, const ColorMap* map, Vision vision) {
    const auto lightness = [&](float position) {
        return lab_seen(map_color(theme, map, position), vision).x;
    };
    const double direction = lightness(1.0f) > lightness(0.0f) ? 1.0 : -1.0;
    double before = lightness(0.0f);
    for (int k = 1; k <= 256; ++k) {
        const double now = lightness(static_cast<float>(k) / 256.0f);
        if ((now - before) * direction <= 0.0) return false;
        before = now;
    }
    return true;
}

}  // namespace

TEST_CASE("CIEDE2000 gives the published differences") {
    // Pairs 1, 4, 7, 9, 13, 17, 25 and 34 of the paper's table of test data.
    CHECK(ciede2000({50.0, 2.6772, -79.7751}, {50.0, 0.0, -82.7485}) == Approx(2.0425).margin(5e-5));
    CHECK(ciede2000({50.0, -1.3802, -84.2814}, {50.0, 0.0, -82.7485}) == Approx(1.0).margin(5e-5));
    CHECK(ciede2000({50.0, 0.0, 0.0}, {50.0, -1.0, 2.0}) == Approx(2.3669).margin(5e-5));
    CHECK(ciede2000({50.0, 2.49, -0.001}, {50.0, -2.49, 0.0009}) == Approx(7.1792).margin(5e-5));
    CHECK(ciede2000({50.0, -0.001, 2.49}, {50.0, 0.0009, -2.49}) == Approx(4.8045).margin(5e-5));
    CHECK(ciede2000({50.0, 2.5, 0.0}, {73.0, 25.0, -18.0}) == Approx(27.1492).margin(5e-5));
    CHECK(ciede2000({60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}) ==
          Approx(1.2644).margin(5e-5));
    CHECK(ciede2000({2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}) == Approx(0.9082).margin(5e-5));
}

TEST_CASE("simulated colour blindness keeps greys and confuses what it is known to confuse") {
    for (const Vision vision : all_visions)
        for (const double grey : {0.0, 0.2, 0.7, 1.0})
            CHECK(glm::length(seen_as(glm::dvec3(grey), vision) - glm::dvec3(grey)) < 1e-5);
    const glm::vec4 red = srgb_color(0xC03020), green = srgb_color(0x6A6A00), blue = srgb_color(0x3060C0);
    CHECK(color_distance(red, green, Vision::normal) > 40.0);
    CHECK(color_distance(red, green, Vision::deuteranopia) < 20.0);
    CHECK(color_distance(red, blue, Vision::deuteranopia) > 40.0);
}

TEST_CASE("any two heads' colours are as far apart as the design says, also to the colour-blind") {
    check_palette(theme(ThemeName::dark).heads_12, {16.2, 10.1, 10.1, 10.8}, 23.0);
    check_palette(theme(ThemeName::dark).heads_8, {21.0, 13.4, 13.1, 11.4}, 21.0);
    for (const ThemeName name : {ThemeName::light, ThemeName::projector}) {
        check_palette(theme(name).heads_12, {17.8, 11.2, 10.9, 14.8}, 25.0);
        check_palette(theme(name).heads_8, {23.0, 14.4, 14.6, 14.6}, 23.0);
    }
}

TEST_CASE("the palette of Okabe and Ito is used as published but for black") {
    const Theme& t = theme(ThemeName::dark, Palette::okabe_ito);
    check_palette(t.okabe_ito, {21.7, 11.6, 12.2, 10.9}, 34.0);
    for (const glm::vec4& color : t.okabe_ito) CHECK(contrast(color, t.ground) >= 3.0f);
    CHECK(lanes_per_color(t, 7) == 1);
    CHECK(lanes_per_color(t, 8) == 2);
    CHECK(lanes_per_color(t, 12) == 2);
    CHECK(lanes_per_color(t, 0) == 1);
    for (int heads = 1; heads <= 130; ++heads) {
        std::set<std::array<float, 3>> used;
        for (int head = 0; head < heads; ++head) {
            const glm::vec4 color = head_color(t, head, heads);
            used.insert({color.r, color.g, color.b});
        }
        REQUIRE(used.size() <= 7);
        REQUIRE(static_cast<int>(used.size()) ==
                (heads + lanes_per_color(t, heads) - 1) / lanes_per_color(t, heads));
    }
}

TEST_CASE("the ends of the difference map are far apart under every vision, and zero is its ground") {
    for (const ThemeName name : all_themes) {
        const Theme& t = theme(name);
        for (const Vision vision : all_visions)
            CHECK(color_distance(t.difference_map.front(), t.difference_map.back(), vision) >= 46.0);
        // Both ends are as dark: neither sign looks stronger.
        const double low = lab_seen(t.difference_map.front(), Vision::normal).x,
                     high = lab_seen(t.difference_map.back(), Vision::normal).x;
        CHECK(std::abs(low - high) < 8.0);
        CHECK(color_distance(difference_color(t, 0.0f), t.ground, Vision::normal) < 9.0);
    }
}

TEST_CASE("lightness of every weight map is strictly monotone under every vision") {
    for (const Vision vision : all_visions) {
        for (const ThemeName name : all_themes) CHECK(is_monotone(theme(name), nullptr, vision));
        for (const std::string& name : color_map_names()) {
            INFO(name << " vision " << static_cast<int>(vision));
            CHECK(is_monotone(theme(ThemeName::dark), named_color_map(name).get(), vision));
        }
    }
}

TEST_CASE("named maps are the published ones, at most 3 CIEDE2000 away in between") {
    const auto distance = [](const char* map, int entry, uint32_t published) {
        const glm::vec4 color =
            map_color(theme(ThemeName::dark), named_color_map(map).get(), static_cast<float>(entry) / 255.0f);
        return color_distance(color, srgb_color(published), Vision::normal);
    };
    // Entries of the published tables that are no stops.
    CHECK(distance("viridis", 0, 0x440154) < 0.1);
    CHECK(distance("viridis", 9, 0x470E61) < 3.0);
    CHECK(distance("viridis", 88, 0x2F6B8E) < 3.0);
    CHECK(distance("viridis", 201, 0x73D056) < 3.0);
    CHECK(distance("viridis", 247, 0xEAE51A) < 3.0);
    CHECK(distance("cividis", 9, 0x00295D) < 3.0);
    CHECK(distance("cividis", 88, 0x5A5F6E) < 3.0);
    CHECK(distance("cividis", 201, 0xC5B568) < 3.0);
    CHECK(distance("cividis", 247, 0xF8DF3C) < 3.0);
    CHECK(distance("magma", 9, 0x040414) < 3.0);
    CHECK(distance("magma", 88, 0x762181) < 3.0);
    CHECK(distance("magma", 201, 0xFD9A6A) < 3.0);
    CHECK(distance("magma", 247, 0xFCEEB0) < 3.0);
    CHECK(distance("plasma", 9, 0x240691) < 3.0);
    CHECK(distance("plasma", 88, 0xA01A9C) < 3.0);
    CHECK(distance("plasma", 201, 0xFBA238) < 3.0);
    CHECK(distance("plasma", 247, 0xF5EB27) < 3.0);
    CHECK(distance("viridis", 255, 0xFDE725) < 0.1);
}

TEST_CASE("text has a contrast of 4.5 with whatever it stands on, marks have 3") {
    for (const ThemeName name : all_themes) {
        for (const Palette palette : {Palette::theme, Palette::okabe_ito}) {
            const Theme& t = theme(name, palette);
            for (const glm::vec4& ground : {t.ground, t.panel})
                for (const glm::vec4& ink : {t.text, t.dim_text}) CHECK(contrast(ink, ground) >= 4.5f);
            for (const glm::vec4& mark : {t.sink, t.drawn, t.neighbours})
                CHECK(contrast(mark, t.ground) >= 3.0f);
            for (const int heads : {1, 4, 7, 8, 12, 16, 32})
                for (int head = 0; head < heads; ++head) {
                    const glm::vec4 color = head_color(t, head, heads);
                    CHECK(contrast(readable(t, color), t.ground) >= 4.5f);
                    // A colour that can be read stays as it is.
                    if (contrast(color, t.ground) >= 4.5f) CHECK(readable(t, color) == color);
                }
        }
    }
}
