#include "app/color_map_file.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "analysis/error.h"
#include "app/picture_file.h"
#include "tests/app/temporary_folder.h"

using namespace weft;

namespace {

std::string write_strip(const std::filesystem::path& path, uint32_t width, uint32_t height) {
    CapturedImage strip;
    strip.width = width;
    strip.height = height;
    for (uint32_t i = 0; i < width * height; ++i)
        for (const uint32_t channel : {i * 50, 0u, 0u, 255u})
            strip.rgba.push_back(static_cast<uint8_t>(channel));
    write_picture(path, strip);
    return path.string();
}

}  // namespace

TEST_CASE("a map is one of the names or a strip's file") {
    const TemporaryFolder folder;
    CHECK(load_color_map("default") == nullptr);
    CHECK(load_color_map("magma")->name == "magma");
    const auto map = load_color_map(write_strip(folder / "reds.png", 6, 1));
    REQUIRE(map);
    CHECK(map->colors.size() == 6);
    CHECK(map->colors[5] == srgb_color(0xFA0000));
    CHECK(color_map_text(map.get()) == (folder / "reds.png").string());
    CHECK(color_map_text(nullptr) == "default");
    CHECK(color_map_remark(map.get()).empty());
    CHECK(load_color_map(write_strip(folder / "upright.png", 1, 4))->colors.size() == 4);
}

TEST_CASE("a file that is no strip, no image, too large or not there is refused") {
    const TemporaryFolder folder;
    CHECK_THROWS_AS(load_color_map(write_strip(folder / "square.png", 3, 3)), Error);
    CHECK_THROWS_AS(load_color_map(write_strip(folder / "long.png", most_map_colors + 1, 1)), Error);
    std::ofstream(folder / "text.png") << "no image";
    CHECK_THROWS_AS(load_color_map((folder / "text.png").string()), Error);
    CHECK_THROWS_AS(load_color_map((folder / "none.png").string()), Error);
    CHECK_THROWS_AS(load_color_map("virdis"), UsageError);
}

TEST_CASE("a map whose lightness turns back is remarked on by its name") {
    ColorMap map;
    map.name = "zebra";
    map.colors = {srgb_color(0x000000), srgb_color(0xFFFFFF), srgb_color(0x202020)};
    CHECK(color_map_remark(&map).find("'zebra'") != std::string::npos);
    CHECK(color_map_remark(nullptr).empty());
}
