#include <algorithm>
#include <catch2/catch.hpp>

#include "renderer/text/label_batch.h"

using namespace weft;

namespace {

constexpr glm::ivec4 picture{0, 0, 1280, 720};

Label label(std::string text, glm::vec2 position, float size_px = 13.0f) {
    Label out;
    out.text = std::move(text);
    out.position = position;
    out.size_px = size_px;
    out.halo = {0.0f, 0.0f, 0.0f, 0.9f};
    return out;
}

struct Rig {
    std::vector<uint32_t> memory;
    LabelBatch batch;
    explicit Rig(size_t words = 1 << 20) : memory(words) { batch.use_memory(memory); }
    std::vector<gpu::LabelQuad> quads(const std::vector<Label>& labels, glm::ivec4 visible = picture) {
        std::vector<gpu::LabelQuad> out;
        REQUIRE(batch.append(labels, visible, out));
        return out;
    }
    // First and last column with ink, from the texels that the device reads.
    glm::ivec2 ink(const gpu::LabelQuad& quad) const {
        const auto* texels = reinterpret_cast<const uint16_t*>(memory.data()) + quad.offset;
        glm::ivec2 range{1 << 30, -1};
        for (int y = 0; y < static_cast<int>(quad.rect.w); ++y)
            for (int x = 0; x < static_cast<int>(quad.rect.z); ++x)
                if ((texels[y * static_cast<int>(quad.rect.z) + x] & 255) > 64) {
                    range.x = std::min(range.x, static_cast<int>(quad.rect.x) + x);
                    range.y = std::max(range.y, static_cast<int>(quad.rect.x) + x);
                }
        return range;
    }
};

}  // namespace

TEST_CASE("a label's ink lies where its measure says, for each alignment") {
    Rig rig;
    const float width = rig.batch.shaper().measure_px("animal", 15.0f, false);
    for (const LabelAlign align : {LabelAlign::left, LabelAlign::center, LabelAlign::right}) {
        Label word = label("animal", {400.3f, 300.6f}, 15.0f);
        word.align = align;
        const auto quads = rig.quads({word});
        REQUIRE(quads.size() == 1);
        const float left = 400.3f - (align == LabelAlign::left     ? 0.0f
                                     : align == LabelAlign::center ? width / 2
                                                                   : width);
        const glm::ivec2 ink = rig.ink(quads[0]);
        CHECK(std::abs(static_cast<float>(ink.x) - left) <= 2.0f);
        CHECK(std::abs(static_cast<float>(ink.y + 1) - (left + width)) <= 2.5f);
        const float foot =
            quads[0].rect.y + quads[0].rect.w - static_cast<float>(dilation_reach(word.halo_px));
        CHECK(foot == 301.0f);
    }
}

TEST_CASE("a label is composed once, wherever it moves and whatever its colour") {
    Rig rig;
    rig.quads({label("word", {10.0f, 20.0f})});
    CHECK(rig.batch.pictures_composed() == 1);
    const size_t used = rig.batch.used_bytes();
    Label other = label("word", {300.0f, 200.0f});
    other.color = {1.0f, 0.0f, 0.0f, 0.5f};
    const auto quads = rig.quads({other});
    CHECK(rig.batch.used_bytes() == used);
    CHECK(quads[0].color == other.color);
    rig.quads({label("word", {10.0f, 20.0f}, 13.25f)});
    CHECK(rig.batch.pictures_composed() == 2);
}

TEST_CASE("labels outside the picture cost nothing, long ones only what is seen") {
    Rig rig;
    CHECK(rig.quads({label("word", {-500.0f, 20.0f}), label("word", {20.0f, 900.0f})}).empty());
    CHECK(rig.batch.used_bytes() == 0);
    std::string text;
    for (int k = 0; k < 2000; ++k) text += "word ";
    const auto quads = rig.quads({label(text, {-9000.0f, 20.0f})}, {0, 0, 300, 100});
    CHECK(quads.size() <= 2);
    CHECK(rig.batch.used_bytes() < 60000);
}

TEST_CASE("a pill lies before its text and a picture after it") {
    Rig rig;
    Label word = label("a\U0001F600", {100.0f, 100.0f});
    word.pill = glm::vec4(0.1f, 0.2f, 0.3f, 1.0f);
    const auto quads = rig.quads({word});
    REQUIRE(quads.size() == 3);
    CHECK(quads[0].kind == gpu::label_pill);
    CHECK(quads[1].kind == gpu::label_text);
    CHECK(quads[2].kind == gpu::label_picture);
    const float width = rig.batch.shaper().measure_px(word.text, 13.0f, false);
    CHECK(2.0f * quads[0].rect.z > width);
    CHECK(quads[0].rect.x - quads[0].rect.z < 100.0f);
}

TEST_CASE("a cut label is no wider than it may be") {
    Rig rig;
    Label word = label("representation of something long", {100.0f, 100.0f}, 15.0f);
    word.max_width_px = 110.0f;
    const glm::ivec2 ink = rig.ink(rig.quads({word})[0]);
    CHECK(ink.y < 210);
    CHECK(ink.y > 180);
}

TEST_CASE("full memory is reported, and larger memory takes everything") {
    Rig rig(4000);
    std::vector<Label> labels;
    for (int k = 0; k < 100; ++k)
        labels.push_back(label("word" + std::to_string(k), {10.0f, static_cast<float>(k)}));
    std::vector<gpu::LabelQuad> quads;
    CHECK_FALSE(rig.batch.append(labels, picture, quads));
    CHECK(std::count_if(quads.begin(), quads.end(), [](const auto& quad) { return quad.color.a > 0.0f; }) <
          100);
    std::vector<uint32_t> larger(1 << 20);
    rig.batch.use_memory(larger);
    quads.clear();
    CHECK(rig.batch.append(labels, picture, quads));
    REQUIRE(quads.size() == 200);
    CHECK(
        std::all_of(quads.begin(), quads.begin() + 100, [](const auto& quad) { return quad.halo.a > 0.0f; }));
    CHECK(
        std::all_of(quads.begin() + 100, quads.end(), [](const auto& quad) { return quad.halo.a == 0.0f; }));
}

TEST_CASE("positions that are not finite are left out") {
    Rig rig;
    CHECK(rig.quads({label("word", {std::nanf(""), 0.0f}), label("word", {0.0f, INFINITY})}).empty());
    CHECK(rig.quads({label("word", {1e30f, -1e30f})}).empty());
}

TEST_CASE("the hash of labels sees every field") {
    const Label base = label("word", {1.0f, 2.0f});
    std::vector<Label> others(13, base);
    others[0].text = "ward";
    others[1].position.y = 3.0f;
    others[2].size_px = 14.0f;
    others[3].align = LabelAlign::right;
    others[4].color.a = 0.5f;
    others[5].halo.r = 0.5f;
    others[6].halo_px = 4.0f;
    others[7].bold = true;
    others[8].max_width_px = 40.0f;
    others[9].angle_rad = 0.1f;
    others[10].pill = glm::vec4(1.0f);
    others[11].position.x = -1.0f;
    others[12].color.b = 0.25f;
    const uint64_t hash = hash_labels({&base, 1});
    for (const Label& other : others) CHECK(hash_labels({&other, 1}) != hash);
    CHECK(hash_labels({&base, 1}) == hash_labels(std::vector<Label>{base}));
}
