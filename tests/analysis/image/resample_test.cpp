#include "analysis/image/resample.h"

#include <catch2/catch.hpp>

#include "tests/analysis/image/image_testing.h"

using namespace weft;
using namespace weft::test;

namespace {

Pixels generated_image(uint32_t width, uint32_t height, uint32_t channels) {
    return {width, height, channels, generated_bytes(size_t{width} * height * channels)};
}

std::string hex(const std::vector<uint8_t>& bytes) {
    std::string text;
    for (const uint8_t byte : bytes)
        for (const int digit : {byte >> 4, byte & 15}) text += "0123456789abcdef"[digit];
    return text;
}

}  // namespace

TEST_CASE("resizing equals Pillow's bit for bit, up and down, in every filter") {
    int cases = 0;
    for (const Json& expected : image_references()["resized"]) {
        INFO(expected.dump());
        const Pixels image = generated_image(expected["from"][0], expected["from"][1], expected["channels"]);
        const Pixels result = resize(image, expected["to"][0], expected["to"][1],
                                     static_cast<Resample>(expected["resample"].get<int>()));
        if (expected.contains("hex")) CHECK(hex(result.values) == expected["hex"]);
        CHECK(fnv(result.values.data(), result.values.size()) == expected["fnv"]);
        ++cases;
    }
    REQUIRE(cases == 104);
}

TEST_CASE("an image of one colour keeps it in every filter") {
    for (const Resample filter :
         {Resample::nearest, Resample::lanczos, Resample::bilinear, Resample::bicubic}) {
        const Pixels image{50, 20, 3, std::vector<uint8_t>(50 * 20 * 3, 200)};
        for (const auto& [width, height] : {std::pair{7u, 3u}, std::pair{120u, 77u}}) {
            const Pixels result = resize(image, width, height, filter);
            CHECK(result.values == std::vector<uint8_t>(size_t{width} * height * 3, 200));
        }
    }
}

TEST_CASE("an image that has the size already is not touched") {
    const Pixels image = generated_image(9, 4, 3);
    CHECK(resize(image, 9, 4, Resample::lanczos).values == image.values);
}
