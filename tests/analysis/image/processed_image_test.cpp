#include "analysis/image/processed_image.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/analysis/image/image_testing.h"

using namespace weft;
using namespace weft::test;
using Catch::Contains;

namespace {

Preprocessor parse(const std::string& text) {
    return parse_preprocessor(text, "preprocessor_config.json", "");
}

DecodedImage image_of(uint32_t width, uint32_t height, uint8_t value = 0) {
    return {width, height, std::vector<uint8_t>(size_t{width} * height * 4, value)};
}

void check_rectangle(const Rect& rectangle, double x, double y, double width, double height) {
    CHECK(rectangle.x == Approx(x).margin(1e-12));
    CHECK(rectangle.y == Approx(y).margin(1e-12));
    CHECK(rectangle.width == Approx(width));
    CHECK(rectangle.height == Approx(height));
}

}  // namespace

TEST_CASE("pixel values equal those of transformers' Pillow processors, bit for bit") {
    int cases = 0;
    for (const Json& expected : image_references()["processed"]) {
        INFO(expected.dump());
        const ProcessedImage image =
            load_image_for(reference_path(expected["file"]), parse(expected["config"].dump()));
        CHECK(std::vector<uint32_t>{image.channels, image.height, image.width} ==
              expected["shape"].get<std::vector<uint32_t>>());
        for (int i = 0; i < 4; ++i) CHECK(image.pixel_values[i] == expected["first"][i].get<float>());
        double sum = 0;
        for (const float value : image.pixel_values) sum += static_cast<double>(value);
        CHECK(sum / static_cast<double>(image.pixel_values.size()) ==
              Approx(expected["mean"].get<double>()).margin(1e-9));
        CHECK(fnv(image.pixel_values.data(), image.pixel_values.size() * sizeof(float)) == expected["fnv"]);
        ++cases;
    }
    REQUIRE(cases >= 56);
}

TEST_CASE("the crop in the original is what the model's input shows, through resizing and cropping") {
    // 200x100 becomes 60x30, of which the middle 20x20: columns 20 to 40, rows 5 to 25, each 200/60 original
    // pixels.
    const Preprocessor crop =
        parse(R"({"image_processor_type":"CLIPImageProcessor","size":30,"crop_size":20})");
    check_rectangle(process_image(image_of(200, 100), crop, "image").crop_in_original, 20 * 200 / 60.0,
                    5 * 100 / 30.0, 20 * 200 / 60.0, 20 * 100 / 30.0);
    // An exact size stretches: the whole image is seen.
    const Preprocessor stretch = parse(R"({"image_processor_type":"ViTImageProcessor","size":16})");
    check_rectangle(process_image(image_of(200, 100), stretch, "image").crop_in_original, 0, 0, 200, 100);
    // 3x5 padded to 8x8: floor(-5/2) = -3 to the left, floor(-3/2) = -2 above.
    const Preprocessor pad = parse(
        R"({"image_processor_type":"DeiTImageProcessor","do_resize":false,"crop_size":8,"do_normalize":false})");
    const ProcessedImage padded = process_image(image_of(3, 5, 255), pad, "image");
    check_rectangle(padded.crop_in_original, -3, -2, 8, 8);
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x)
            CHECK(padded.pixel_values[8 * y + x] == (x >= 3 && x < 6 && y >= 2 && y < 7 ? 1.0f : 0.0f));
}

TEST_CASE("a mark in the original lies in the rectangle of the patch that shows it") {
    const Preprocessor crop = parse(
        R"({"image_processor_type":"CLIPImageProcessor","size":32,"crop_size":{"height":32,"width":24},"resample":2,
            "do_normalize":false})");
    constexpr uint32_t patch = 8;
    for (const auto& [mark_x, mark_y] : {std::pair{90u, 12u}, std::pair{130u, 70u}, std::pair{160u, 118u}}) {
        DecodedImage image = image_of(250, 128);
        for (uint32_t y = mark_y - 4; y < mark_y + 4; ++y)
            for (uint32_t x = mark_x - 4; x < mark_x + 4; ++x)
                for (int c = 0; c < 3; ++c) image.rgba[4 * (y * 250 + x) + c] = 255;
        const ProcessedImage input = process_image(image, crop, "image");
        const Rect grid = grid_rectangle(input.crop_in_original, input.width, input.height, patch, patch);
        const auto brightest =
            static_cast<uint32_t>(std::max_element(input.pixel_values.begin(),
                                                   input.pixel_values.begin() + input.width * input.height) -
                                  input.pixel_values.begin());
        const uint32_t row = brightest / input.width / patch, column = brightest % input.width / patch;
        const Rect seen = patch_rectangle(grid, input.height / patch, input.width / patch, row, column);
        INFO(mark_x << "," << mark_y << " in patch " << row << "," << column);
        CHECK(seen.x <= mark_x);
        CHECK(seen.x + seen.width >= mark_x);
        CHECK(seen.y <= mark_y);
        CHECK(seen.y + seen.height >= mark_y);
    }
}

TEST_CASE("the original travels along upright and opaque") {
    const Preprocessor vit = parse(R"({"image_processor_type":"ViTImageProcessor","size":8})");
    const ProcessedImage image = load_image_for(reference_path("exif_6.jpg"), vit);
    CHECK(image.original_width == 12);
    CHECK(image.original_height == 20);
    CHECK(image.original->size() == 12 * 20 * 4);
    const ProcessedImage transparent = load_image_for(reference_path("alpha.png"), vit);
    for (size_t i = 3; i < transparent.original->size(); i += 4) CHECK((*transparent.original)[i] == 255);
}

TEST_CASE("a model of grey images sees the luma that Pillow computes") {
    const Preprocessor grey = parse(
        R"({"image_processor_type":"ViTImageProcessor","do_resize":false,"do_rescale":false,"image_mean":[0],"image_std":[1]})");
    DecodedImage image = image_of(2, 1);
    image.rgba = {10, 200, 30, 255, 77, 77, 77, 255};
    const ProcessedImage result = process_image(image, grey, "image");
    CHECK(result.channels == 1);
    CHECK(result.pixel_values ==
          std::vector<float>{124, 77});  // 0.299 * 10 + 0.587 * 200 + 0.114 * 30 = 123.8
}

TEST_CASE("an image that its preprocessor would blow up is refused with both sizes") {
    const Preprocessor clip = parse(R"({"image_processor_type":"CLIPImageProcessor"})");
    CHECK_THAT(refusal_of([&] { process_image(image_of(1, 60000), clip, "strip.png"); }),
               Contains("strip.png") && Contains("1x60000") && Contains("224x13440000"));
    const Preprocessor vit = parse(R"({"image_processor_type":"ViTImageProcessor","size":16384})");
    CHECK_THAT(refusal_of([&] { process_image(image_of(4, 4), vit, "big.png"); }), Contains("16384x16384"));
}
