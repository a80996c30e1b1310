#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "renderer/text/hex_box.h"
#include "renderer/text/label_image.h"

using namespace weft;

namespace {

struct Rig {
    TextShaper shaper;
    GlyphCache glyphs{shaper.fonts()};
};

Rig& rig() {
    static Rig shared;
    return shared;
}

LabelLayout layout(const char* text, const LabelStyle& style) {
    return layout_label(rig().glyphs, *rig().shaper.line(text, false), style);
}

std::vector<uint16_t> compose(const LabelLayout& label, float halo_px, const PixelRect& tile) {
    std::vector<uint16_t> out;
    compose_label(rig().glyphs, label, halo_px, tile, out);
    return out;
}

}  // namespace

TEST_CASE("the ink of a line lies within its measured width") {
    for (const float size_px : {11.0f, 13.0f, 15.0f, 18.0f, 48.0f}) {
        const float width = rig().shaper.measure_px("animal", size_px, false);
        const LabelLayout label = layout("animal", {size_px, 0.0f, 0.0f});
        CHECK(label.box.x >= 0);
        CHECK(static_cast<float>(label.box.x) < 0.1f * size_px + 1.0f);
        CHECK(static_cast<float>(label.box.x + label.box.width) <= width + 1.0f);
        CHECK(static_cast<float>(label.box.x + label.box.width) > width - 0.15f * size_px - 1.0f);
        CHECK(label.box.y + label.box.height <= 1);  // no descender: the ink stands on the baseline
    }
}

TEST_CASE("hinting puts the baseline and the top of small letters on whole pixel rows") {
    for (const float size_px : {11.0f, 13.0f, 15.0f}) {
        const LabelLayout label = layout("xzx", {size_px, 0.0f, 0.0f});
        const std::vector<uint16_t> image = compose(label, 0.0f, label.box);
        CHECK(label.box.y + label.box.height == 0);
        for (const int row : {0, label.box.height - 1}) {
            int most = 0;
            for (int x = 0; x < label.box.width; ++x)
                most = std::max(most, image[static_cast<size_t>(row) * label.box.width + x] & 255);
            CHECK(most > 200);
        }
    }
}

TEST_CASE("the halo is the largest coverage within its radius, as the slow way computes it") {
    std::mt19937 random(7);
    for (const float radius : {0.5f, 1.0f, 3.0f, 4.05f, 9.0f}) {
        const int reach = dilation_reach(radius), width = 2 * reach + 31, height = 2 * reach + 17;
        std::vector<uint8_t> in(static_cast<size_t>(width) * height);
        for (uint8_t& value : in) value = random() % 19 == 0 ? static_cast<uint8_t>(random() % 256) : 0;
        const std::vector<uint8_t> out = dilated(in, width, radius);
        for (int y = reach; y < height - reach; ++y) {
            for (int x = reach; x < width - reach; ++x) {
                float most = 0.0f;
                for (int dy = -reach; dy <= reach; ++dy)
                    for (int dx = -reach; dx <= reach; ++dx) {
                        const float distance = std::hypot(static_cast<float>(dx), static_cast<float>(dy));
                        most = std::max(
                            most, std::clamp(radius + 1.0f - distance, 0.0f, 1.0f) *
                                      static_cast<float>(in[static_cast<size_t>(y + dy) * width + x + dx]));
                    }
                REQUIRE(std::abs(most - static_cast<float>(out[static_cast<size_t>(y) * width + x])) < 2.0f);
            }
        }
    }
}

TEST_CASE("a label composed in tiles is the label composed at once") {
    const LabelStyle style{15.0f, 0.3f, 3.0f};
    const LabelLayout label = layout("animal \u6F22\u5B57 \U0001F469 \U000E5678", style);
    const std::vector<uint16_t> whole = compose(label, style.halo_px, label.box);
    for (int y = 0; y < label.box.height; y += 13) {
        for (int x = 0; x < label.box.width; x += 17) {
            const PixelRect tile{label.box.x + x, label.box.y + y, std::min(17, label.box.width - x),
                                 std::min(13, label.box.height - y)};
            const std::vector<uint16_t> part = compose(label, style.halo_px, tile);
            for (int row = 0; row < tile.height; ++row)
                for (int column = 0; column < tile.width; ++column)
                    REQUIRE(part[static_cast<size_t>(row) * tile.width + column] ==
                            whole[static_cast<size_t>(y + row) * label.box.width + x + column]);
        }
    }
}

TEST_CASE("the halo covers the text and reaches its margin on every side") {
    const LabelLayout label = layout("[CLS]", {13.0f, 0.0f, 3.0f});
    const std::vector<uint16_t> image = compose(label, 3.0f, label.box);
    int left = label.box.width, right = -1, top = label.box.height, bottom = -1;
    for (int y = 0; y < label.box.height; ++y) {
        for (int x = 0; x < label.box.width; ++x) {
            const uint16_t value = image[static_cast<size_t>(y) * label.box.width + x];
            CHECK((value & 255) <= (value >> 8));
            if (value >> 8 > 32) {
                left = std::min(left, x);
                right = std::max(right, x);
                top = std::min(top, y);
                bottom = std::max(bottom, y);
            }
        }
    }
    CHECK(left <= 2);
    CHECK(top <= 2);
    CHECK(right >= label.box.width - 3);
    CHECK(bottom >= label.box.height - 3);
}

TEST_CASE("a quarter turn stands the label on end") {
    const LabelLayout flat = layout("animal", {16.0f, 0.0f, 0.0f});
    const LabelLayout upright = layout("animal", {16.0f, 1.5707963f, 0.0f});
    CHECK(std::abs(flat.box.width - upright.box.height) <= 2);
    CHECK(std::abs(flat.box.height - upright.box.width) <= 2);
    CHECK(upright.box.y + upright.box.height <= 1);  // counter-clockwise: it rises
}

TEST_CASE("a colour glyph is a small picture and leaves the text coverage empty") {
    const LabelLayout label = layout("\U0001F600", {15.0f, 0.0f, 3.0f});
    REQUIRE(label.glyphs.size() == 1);
    REQUIRE(label.glyphs[0].color);
    const GlyphBitmap& picture = rig().glyphs.bitmap(label.glyphs[0].key);
    CHECK(picture.width >= 15);
    CHECK(picture.width <= 20);
    CHECK(picture.rgba.size() == static_cast<size_t>(picture.width) * picture.height * 4);
    const uint8_t* centre = &picture.rgba[(static_cast<size_t>(picture.height / 2) * picture.width + 4) * 4];
    CHECK(centre[3] == 255);
    CHECK(centre[0] > centre[2] + 60);  // a yellow face
    for (const uint16_t value : compose(label, 3.0f, label.box)) CHECK((value & 255) == 0);
}

TEST_CASE("area averaging keeps the mean and a flat colour") {
    std::vector<uint8_t> flat(13 * 7 * 4, 200);
    for (const uint8_t value : area_average(flat, 13, 7, 5, 3)) CHECK(value == 200);
    std::vector<uint8_t> stripes(16 * 4 * 4);
    for (size_t k = 0; k < stripes.size(); ++k) stripes[k] = k / 4 % 2 ? 255 : 0;
    for (const uint8_t value : area_average(stripes, 16, 4, 4, 2)) CHECK(value == 128);
}

TEST_CASE("a box has the digits of its code point, four or six") {
    const auto dots = [](uint32_t c) { return hex_box_outline(c, 11.0f).points.size() / 4 - 4; };
    CHECK(dots(0x0000) == 4 * 12);
    CHECK(dots(0x1111) == 4 * 8);
    CHECK(dots(0x10FFFF) == 8 + 12 + 4 * 8);
    CHECK(hex_box_advance_em(0x10000) > hex_box_advance_em(0xFFFF));
    const LabelLayout label = layout("\U000E5678", {11.0f, 0.0f, 0.0f});
    CHECK(label.box.width == 15);
    CHECK(label.box.height == 15);
}

TEST_CASE("absurd sizes and angles neither fail nor take the machine") {
    for (const float size_px : {-1.0f, 0.0f, 0.3f, 1e9f, std::nanf("")}) {
        const float drawn = drawn_size_px(size_px);
        CHECK(drawn >= 1.0f);
        CHECK(drawn <= 512.0f);
        const LabelLayout label = layout("a\U0001F600", {drawn, std::nanf(""), 2.0f});
        CHECK(label.box.width < 2048);
    }
    CHECK(drawn_angle_rad(1e30f) == Approx(drawn_angle_rad(1e30f)));
}

TEST_CASE("a full glyph cache starts again and gives the same picture") {
    GlyphCache small(rig().shaper.fonts(), 4);
    const LabelStyle style{15.0f, 0.0f, 3.0f};
    const auto line = rig().shaper.line("The animal didn't", false);
    const LabelLayout label = layout_label(small, *line, style);
    std::vector<uint16_t> out;
    compose_label(small, label, style.halo_px, label.box, out);
    CHECK(small.size() <= 4);
    CHECK(out == compose(layout("The animal didn't", style), 3.0f, label.box));
}
