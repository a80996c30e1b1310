#include "analysis/method/attention_distance.h"

#include "analysis/error.h"
#include "tests/analysis/method/method_references.h"

using namespace weft;
using namespace weft::test;
using nlohmann::json;

namespace {

constexpr float tolerance = 1e-5f;

TokenStack text_of(size_t size) {
    TokenStack stack;
    stack.tokens.resize(size);
    return stack;
}

TokenStack image_of(uint32_t prefix, uint32_t rows, uint32_t columns, uint32_t width, uint32_t height) {
    TokenStack stack = text_of(prefix + rows * columns);
    stack.grid.emplace();
    stack.grid->rows = rows;
    stack.grid->columns = columns;
    stack.grid->first_token = prefix;
    stack.grid->patch_width = width;
    stack.grid->patch_height = height;
    return stack;
}

}  // namespace

TEST_CASE("attention to oneself reaches nowhere, to the one before one token far") {
    const FrameTensor nowhere = attention_distance(identity_attention(2, 2, 9), text_of(9));
    for (const float distance : *nowhere.values) REQUIRE(distance == 0);
    const AttentionBlock before = make_attention(
        1, 1, 5, 5, [](auto, auto, size_t i, size_t j) { return j == (i == 0 ? 0 : i - 1) ? 1.0f : 0.0f; });
    require_close(*attention_distance(before, text_of(5)).values, {0, 1, 1, 1, 1}, tolerance);
}

TEST_CASE("uniform attention reaches the mean distance") {
    const FrameTensor result = attention_distance(uniform_attention(1, 2, 4, 4), text_of(4));
    REQUIRE(result.shape == std::vector<int64_t>{1, 2, 4});
    require_close(*result.values, {1.5f, 1, 1, 1.5f, 1.5f, 1, 1, 1.5f}, tolerance);
    // Row i of a causal block: the mean of 0 .. i.
    require_close(*attention_distance(causal_uniform_attention(1, 1, 4), text_of(4)).values,
                  {0, 0.5f, 1, 1.5f}, tolerance);
}

TEST_CASE("attention distance of one token, and of two with one masked") {
    require_close(*attention_distance(identity_attention(1, 1, 1), text_of(1)).values, {0}, tolerance);
    const AttentionBlock masked =
        make_attention(1, 1, 2, 2, [](auto, auto, size_t, size_t j) { return j == 0 ? 1.0f : 0.0f; });
    require_close(*attention_distance(masked, text_of(2)).values, {0, 1}, tolerance);
}

TEST_CASE("patches are pixels apart, without the prefix") {
    // Two patches of 16 x 14 pixels side by side behind one prefix token, then one above the other.
    const AttentionBlock block = uniform_attention(1, 1, 3, 3);
    require_close(*attention_distance(block, image_of(1, 1, 2, 16, 14)).values, {0, 8, 8}, tolerance);
    require_close(*attention_distance(block, image_of(1, 2, 1, 16, 14)).values, {0, 7, 7}, tolerance);
    const AttentionBlock diagonal =
        make_attention(1, 1, 4, 4, [](auto, auto, size_t i, size_t j) { return i + j == 3 ? 1.0f : 0.0f; });
    require_close(*attention_distance(diagonal, image_of(0, 2, 2, 3, 4)).values, {5, 5, 5, 5}, tolerance);
    // All weight on the prefix: no patch is reached.
    const AttentionBlock sink =
        make_attention(1, 1, 3, 3, [](auto, auto, size_t, size_t j) { return j == 0 ? 1.0f : 0.0f; });
    require_close(*attention_distance(sink, image_of(1, 1, 2, 16, 14)).values, {0, 0, 0}, tolerance);
}

TEST_CASE("patches of a trace are as large as in its image, or 1") {
    TokenStack stack = image_of(1, 1, 2, 0, 0);
    const AttentionBlock block = uniform_attention(1, 1, 3, 3);
    require_close(*attention_distance(block, stack).values, {0, 0.5f, 0.5f}, tolerance);
    stack.grid->image_width = 60;
    stack.grid->image_height = 30;
    stack.grid->patches_in_image = {0, 0, 60, 30};
    require_close(*attention_distance(block, stack).values, {0, 15, 15}, tolerance);
}

TEST_CASE("attention distance equals the references of an independent script") {
    const json all = method_references();
    for (const json& row : all["blocks"]) {
        const AttentionBlock block = reference_block(row, all["layers"], all["heads"], all["size"]);
        require_close(*attention_distance(block, text_of(all["size"])).values,
                      row["attention_distance"].get<std::vector<float>>(), tolerance);
        if (block.causal) continue;  // no patch of an image is masked
        require_close(*attention_distance(block, image_of(1, all["patches"][0], all["patches"][1],
                                                          all["patch"]["width"], all["patch"]["height"]))
                           .values,
                      row["attention_distance.image"].get<std::vector<float>>(),
                      1e-4f);  // of about 20 pixels
    }
}

TEST_CASE("attention distance refuses cross-attention, and stops when it is superseded") {
    CHECK_THROWS_AS(attention_distance(uniform_attention(1, 1, 2, 3), text_of(3)), Error);
    CHECK(attention_distance(uniform_attention(1, 1, 2, 2), text_of(2), [] { return true; }).values ==
          nullptr);
}
