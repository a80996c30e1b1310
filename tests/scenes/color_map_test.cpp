#include "scenes/color_map.h"

#include <catch2/catch.hpp>

#include "analysis/error.h"

using namespace weft;

namespace {

std::vector<uint8_t> greys(std::initializer_list<int> values) {
    std::vector<uint8_t> rgba;
    for (const int value : values)
        for (const int channel : {value, value, value, 255}) rgba.push_back(static_cast<uint8_t>(channel));
    return rgba;
}

}  // namespace

TEST_CASE("the known maps start and end with their published colours and rise in lightness all the way") {
    REQUIRE(color_map_names() ==
            std::vector<std::string>{"default", "viridis", "cividis", "magma", "plasma"});
    CHECK(named_color_map("default") == nullptr);
    CHECK(named_color_map("viridis")->colors.front() == srgb_color(0x440154));
    CHECK(named_color_map("viridis")->colors.back() == srgb_color(0xFDE725));
    for (size_t i = 1; i < color_map_names().size(); ++i) {
        const auto map = named_color_map(color_map_names()[i]);
        REQUIRE(map != nullptr);
        CHECK(has_monotone_lightness(*map));
        CHECK(map == named_color_map(color_map_names()[i]));
    }
    CHECK(named_color_map("jet") == nullptr);
}

TEST_CASE("a strip of one row or one column is a map from its first to its last pixel") {
    const std::vector<uint8_t> pixels = greys({0, 100, 255});
    for (const bool upright : {false, true}) {
        const auto map = color_map_of_strip("mine.png", upright ? 1 : 3, upright ? 3 : 1, pixels);
        REQUIRE(map->colors.size() == 3);
        const Theme& dark = theme(ThemeName::dark);
        CHECK(map_color(dark, map.get(), 0.0f) == srgb_color(0x000000));
        CHECK(map_color(dark, map.get(), 0.5f).r == Approx(100.0f / 255.0f).margin(0.002));
        CHECK(map_color(dark, map.get(), 1.0f).g == Approx(1.0f).margin(0.002));
        CHECK(weight_color(dark, 0.25f, map.get()) == map_color(dark, map.get(), 0.5f));
    }
}

TEST_CASE("what is no strip is refused with its size") {
    const std::vector<uint8_t> pixels = greys({0, 1, 2, 3});
    CHECK_THROWS_WITH(color_map_of_strip("a.png", 2, 2, pixels), "the colour map 'a.png' is \"2x2\" pixels");
    CHECK_THROWS_AS(color_map_of_strip("a.png", 1, 1, greys({0})), Error);
    const std::vector<uint8_t> long_strip(4 * (most_map_colors + 1), 255);
    CHECK_THROWS_WITH(color_map_of_strip("a.png", most_map_colors + 1, 1, long_strip),
                      "the colour map 'a.png' has \"4097\" colours");
    std::vector<uint8_t> glass = greys({0, 128, 255});
    glass[7] = 100;
    CHECK_THROWS_WITH(color_map_of_strip("a.png", 3, 1, glass),
                      "the colour map 'a.png' is transparent at pixel \"1\"");
}

TEST_CASE("a map whose lightness turns back is found out, one that falls is not") {
    CHECK_FALSE(has_monotone_lightness(*color_map_of_strip("a", 3, 1, greys({0, 255, 100}))));
    CHECK(has_monotone_lightness(*color_map_of_strip("a", 3, 1, greys({255, 100, 0}))));
    CHECK_FALSE(has_monotone_lightness(*color_map_of_strip("a", 3, 1, greys({70, 70, 70}))));
}
