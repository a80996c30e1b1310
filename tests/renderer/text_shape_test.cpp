#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "analysis/error.h"
#include "renderer/text/bidi.h"
#include "renderer/text/font_report.h"
#include "renderer/text/hex_box.h"
#include "renderer/text/shape.h"

using namespace weft;

namespace {

TextShaper& shaper() {
    static TextShaper shared;
    return shared;
}

float advance_sum(const ShapedLine& line) {
    float sum = 0.0f;
    for (const ShapedGlyph& glyph : line.glyphs) sum += glyph.advance_em;
    return sum;
}

std::vector<char32_t> values(std::string_view text) {
    std::vector<char32_t> out;
    for (const CodePoint& c : code_points_of(text)) out.push_back(c.value);
    return out;
}

// The entry of the fuzzer: any bytes.
void fuzz_text(std::string_view bytes) {
    const ShapedLine whole = shape_line(shaper().fonts(), bytes, bytes.size() % 2 == 1);
    REQUIRE(std::isfinite(whole.width_em));
    REQUIRE(std::is_sorted(whole.clusters.begin(), whole.clusters.end()));
    for (const ShapedGlyph& glyph : whole.glyphs) REQUIRE(glyph.byte < bytes.size());
    const ShapedLine cut = shape_cut_line(shaper().fonts(), bytes, false, 3.0f);
    REQUIRE((cut.width_em <= 3.0f || cut.glyphs.size() == 1));
}

}  // namespace

TEST_CASE("each maximal ill-formed part of UTF-8 becomes one replacement character") {
    CHECK(values("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") ==
          std::vector<char32_t>{U'a', 0xE9, 0x20AC, 0x1F600});
    CHECK(values("\x80\xFF") == std::vector<char32_t>{0xFFFD, 0xFFFD});
    CHECK(values("\xE2\x82z") == std::vector<char32_t>{0xFFFD, U'z'});
    CHECK(values("\xF0\x80\x80") == std::vector<char32_t>{0xFFFD, 0xFFFD, 0xFFFD});
    CHECK(values("\xED\xA0\x80") == std::vector<char32_t>{0xFFFD, 0xFFFD, 0xFFFD});
    CHECK(values("\xF4\x90\x80\x80").size() == 4);
    CHECK(values("\xC0\xAF").size() == 2);
}

TEST_CASE("the width of a line is the sum of its advances and grows with its text") {
    const std::string text = "The animal didn't cross the street because it was too tired.";
    float before = 0.0f;
    for (size_t length = 1; length <= text.size(); ++length) {
        const auto line = shaper().line(text.substr(0, length), false);
        CHECK(line->width_em == Approx(advance_sum(*line)));
        CHECK(line->width_em >= before);
        before = line->width_em;
    }
    CHECK(before > 20.0f);
    CHECK(before < 40.0f);
    CHECK(shaper().measure_px(text, 15.0f, false) == Approx(15.0f * before));
    CHECK(shaper().measure_px(text, 15.05f, false) == Approx(15.0f * before));
    CHECK(shaper().measure_px(text, 15.0f, true) > 15.0f * before);
}

TEST_CASE("kerning is applied") {
    const float apart = shaper().line("A", false)->width_em + shaper().line("V", false)->width_em;
    CHECK(shaper().line("AV", false)->width_em < apart);
}

TEST_CASE("a ZWJ sequence, a flag, a keycap and a skin tone are one glyph in colour") {
    for (const char* text : {"\U0001F469\u200D\U0001F469\u200D\U0001F467", "\U0001F1EA\U0001F1FA",
                             "1\uFE0F\u20E3", "\U0001F44D\U0001F3FD", "\u2764\uFE0F\u200D\U0001F525"}) {
        const auto line = shaper().line(text, false);
        INFO(text);
        REQUIRE(line->glyphs.size() == 1);
        REQUIRE(line->glyphs[0].face != hex_box_face);
        CHECK(shaper().fonts().face(line->glyphs[0].face).color);
        CHECK(line->clusters == std::vector<uint32_t>{0});
    }
}

TEST_CASE("a digit is text, and a heart is text or colour as its selector says") {
    const auto face = [](const char* text) {
        return shaper().fonts().face(shaper().line(text, false)->glyphs[0].face);
    };
    CHECK_FALSE(face("1").color);
    CHECK_FALSE(face("\u2764\uFE0E").color);
    CHECK(face("\u2764\uFE0F").color);
}

TEST_CASE("characters that the sans face lacks come from other fonts") {
    const FaceId sans = shaper().fonts().sans(false);
    for (const char* text :
         {"\u6F22\u5B57", "\u0645\u0631\u062D\u0628\u0627", "\u05E9\u05DC\u05D5\u05DD",
          "\u0928\u092E\u0938\u094D\u0924\u0947", "\u0E2A\u0E27\u0E31\u0E2A", "\uD55C\uAE00"}) {
        const auto line = shaper().line(text, false);
        INFO(text);
        REQUIRE_FALSE(line->glyphs.empty());
        for (const ShapedGlyph& glyph : line->glyphs) {
            CHECK(glyph.face != hex_box_face);
            CHECK(glyph.face != sans);
            CHECK(glyph.glyph != 0);
        }
    }
}

TEST_CASE("right-to-left words are drawn from right to left and digits in them from left to right") {
    const auto hebrew = shaper().line("\u05D0\u05D1\u05D2", false);
    CHECK(hebrew->is_right_to_left);
    REQUIRE(hebrew->glyphs.size() == 3);
    CHECK(hebrew->glyphs[0].byte == 4);
    CHECK(hebrew->glyphs[2].byte == 0);

    const auto mixed = shaper().line("ab \u05D0\u05D1 cd", false);
    CHECK_FALSE(mixed->is_right_to_left);
    std::vector<uint32_t> order;
    for (const ShapedGlyph& glyph : mixed->glyphs) order.push_back(glyph.byte);
    CHECK(order == std::vector<uint32_t>{0, 1, 2, 5, 3, 7, 8, 9});

    const auto number = shaper().line("\u05D0 12.5", false);
    order.clear();
    for (const ShapedGlyph& glyph : number->glyphs) order.push_back(glyph.byte);
    CHECK(order == std::vector<uint32_t>{3, 4, 5, 6, 2, 0});
}

TEST_CASE("runs of nested levels are reversed from the highest level down") {
    CHECK(visual_order({0, 1, 0}) == std::vector<uint32_t>{0, 1, 2});
    CHECK(visual_order({1, 2, 1}) == std::vector<uint32_t>{2, 1, 0});
    CHECK(visual_order({0, 1, 2, 1, 0}) == std::vector<uint32_t>{0, 3, 2, 1, 4});
    CHECK(visual_order({}).empty());
}

TEST_CASE("control characters and hidden marks are visible") {
    for (const char* text :
         {"\t", "\n", "\x7F", "\u200B", "\uFEFF", "\u202E", "\u200D", "\uFE0F", "\u00AD", "\u0085"}) {
        const auto line = shaper().line(text, false);
        REQUIRE(line->glyphs.size() == 1);
        CHECK(line->width_em > 0.3f);
    }
    CHECK(shaper().line(std::string_view("\0", 1), false)->glyphs.size() == 1);
}

TEST_CASE("an unassigned code point is a box with its number") {
    const auto line = shaper().line("\U000E5678\U0010FFFD", false);
    REQUIRE(line->glyphs.size() == 2);
    CHECK(line->glyphs[0].face == hex_box_face);
    CHECK(line->glyphs[0].glyph == 0xE5678);
    CHECK(line->width_em == Approx(2.0f * hex_box_advance_em(0xE5678)));
}

TEST_CASE("an ellipsis cuts at cluster bounds, fits, and leaves fitting text alone") {
    const std::string family = "\U0001F469\u200D\U0001F469\u200D\U0001F467";
    const std::string marks = "e\u0301\u0302";
    for (const std::string& text :
         {family + family + family + family, marks + marks + marks + marks + marks + marks,
          std::string("representation"), std::string("\u0645\u0631\u062D\u0628\u0627 \u0645\u0631")}) {
        const ShapedLine whole = shape_line(shaper().fonts(), text, false);
        for (float width = 0.1f; width < whole.width_em + 0.2f; width += 0.13f) {
            const ShapedLine cut = shape_cut_line(shaper().fonts(), text, false, width);
            CHECK(cut.is_cut == (whole.width_em > width));
            if (!cut.is_cut) continue;
            CHECK((cut.width_em <= width || cut.clusters.size() == 1));
            for (const uint32_t byte : cut.clusters)
                CHECK((byte == cut.clusters.back() ||
                       std::binary_search(whole.clusters.begin(), whole.clusters.end(), byte)));
            CHECK(std::binary_search(whole.clusters.begin(), whole.clusters.end(), cut.clusters.back()));
        }
    }
}

TEST_CASE("the cache gives the same line back and forgets the least recently used") {
    TextShaper small(2);
    const auto first = small.line("first", false);
    CHECK(small.line("first", false) == first);
    CHECK(small.line("first", true) != first);
    small.line("first", false);
    small.line("third", false);
    CHECK(small.size() == 2);
    CHECK(small.line("first", false) == first);
}

TEST_CASE("any bytes can be shaped") {
    for (const char* text :
         {"", " ", "\xFF", "\xF0\x9F", "\u200D\u200D\u200D", "\U0001F1EA", "\U0001F1EA\U0001F1EA\U0001F1EA",
          "\uFE0F\uFE0F", "\U0001F3FD", "a\U0001F3FD", "\u0301", "\u0645\u200D", "\u202E abc \u202C",
          "\U000E0041", "\u0E33", "\u1100\u1161\u11A8", "\u0600\u0661", "\uFDFA",
          "\U0001F3F4\U000E0067\U000E0062\U000E007F"})
        fuzz_text(text);

    std::mt19937 random(20240607);
    const auto pick = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    const auto append = [](std::string& text, uint32_t c) {
        if (c < 0x80)
            text += static_cast<char>(c);
        else if (c < 0x800)
            (text += static_cast<char>(0xC0 | c >> 6)) += static_cast<char>(0x80 | (c & 63));
        else if (c < 0x10000)
            ((text += static_cast<char>(0xE0 | c >> 12)) += static_cast<char>(0x80 | (c >> 6 & 63))) +=
                static_cast<char>(0x80 | (c & 63));
        else
            (((text += static_cast<char>(0xF0 | c >> 18)) += static_cast<char>(0x80 | (c >> 12 & 63))) +=
             static_cast<char>(0x80 | (c >> 6 & 63))) += static_cast<char>(0x80 | (c & 63));
    };
    const uint32_t starts[] = {0x20,   0x300,  0x590,  0x600,  0x900,   0xE00,   0x1100,  0x2000, 0x2600,
                               0x3040, 0x4E00, 0xAC00, 0xFE00, 0x1F1E0, 0x1F300, 0x1F900, 0xE0000};
    for (int k = 0; k < 10000; ++k) {
        std::string text;
        const uint32_t length = pick(10);
        for (uint32_t at = 0; at < length; ++at) {
            const uint32_t kind = pick(10);
            if (kind == 0)
                text += static_cast<char>(pick(256));
            else if (kind == 1)
                append(text, 0x200D);
            else if (kind == 2)
                append(text, pick(0x110000));
            else
                append(text, starts[pick(std::size(starts))] + pick(128));
        }
        fuzz_text(text);
    }
}

TEST_CASE("the report names a font for each kind of text, or what to install") {
    for (const FontReport& line : font_report()) {
        INFO(line.text);
        CHECK(line.family.empty() == line.file.empty());
        CHECK(line.family.empty() != line.hint.empty());
    }
}

TEST_CASE("a system without fonts is an error that says what to install") {
    setenv("FONTCONFIG_FILE", WEFT_SOURCE_DIR "/tests/renderer/no_fonts.conf", 1);
    try {
        FontSet fonts;
        FAIL("a font was found");
    } catch (const Error& error) {
        CHECK(error.hint().find("apt install") != std::string::npos);
    }
    for (const FontReport& line : font_report()) CHECK(line.family.empty());
    unsetenv("FONTCONFIG_FILE");
}
