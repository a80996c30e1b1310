#include "app/lens_rows.h"

#include <catch2/catch.hpp>

#include "tests/scenes/synthetic_frame.h"

using namespace weft;

TEST_CASE("the lens says what each layer would answer at the row, by name where the frame knows it") {
    const auto frame = synthetic::frame(2, 1, 3, synthetic::uniform());
    AttentionBlock& block = frame->blocks[0];
    CHECK(lens_rows(*frame, block, 0).empty());
    const auto values = [](std::vector<float> v) {
        return std::make_shared<const std::vector<float>>(std::move(v));
    };
    block.quantities["logit_lens.token"] = {{3, 3}, values({1, 1, 1, 7, 7, 99, 7, 1, 7})};
    block.quantities["logit_lens.probability"] = {{3, 3}, values({0, 0, 0.25f, 0, 0, 0.5f, 0, 0, 1})};
    Prediction prediction;
    prediction.id = 7;
    prediction.text = "mat";
    frame->predictions.push_back(prediction);
    for (const int row : {2, -1, 40}) {
        const std::vector<LensRow> rows = lens_rows(*frame, block, row);
        REQUIRE(rows.size() == 3);
        CHECK(rows[0].layer == -1);
        CHECK(rows[0].text == "word1");
        CHECK(rows[1].text == "number 99");
        CHECK(rows[2].text == "mat");
        CHECK(rows[1].probability == 0.5);
    }
    CHECK(lens_rows(*frame, block, 0)[1].id == 7);
    block.quantities["logit_lens.token"] = {{3}, values({0, 0, 2})};
    block.quantities["logit_lens.probability"] = {{3}, values({0.5f, 0.5f, 0.5f})};
    CHECK(lens_rows(*frame, block, 1)[2].text == "[SEP]");
}
