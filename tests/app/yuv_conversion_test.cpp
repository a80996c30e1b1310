#include "app/video/yuv_conversion.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace weft;

namespace {

struct Yuv {
    std::vector<uint8_t> y, u, v;
};

Yuv converted(const std::vector<uint8_t>& rgba, int width, int height) {
    Yuv yuv;
    const size_t pixels = size_t(width) * height;
    yuv.y.resize(pixels);
    yuv.u.resize(pixels / 4);
    yuv.v.resize(pixels / 4);
    yuv420_from_rgba(
        rgba.data(), size_t(width) * 4, width, height,
        {yuv.y.data(), yuv.u.data(), yuv.v.data(), size_t(width), size_t(width) / 2, size_t(width) / 2});
    return yuv;
}

// The header's formula in doubles.
std::array<double, 3> exact(double r, double g, double b) {
    r /= 255, g /= 255, b /= 255;
    const double luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return {16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556, 128 + 224 * (r - luma) / 1.5748};
}

}  // namespace

TEST_CASE("every plane is within a rounding of the BT.709 formula") {
    const int width = 70, height = 6;  // no multiple of a vector
    std::vector<uint8_t> rgba(size_t(width) * height * 4);
    uint32_t state = 1;
    for (uint8_t& byte : rgba) byte = uint8_t((state = state * 1664525u + 1013904223u) >> 24);
    const Yuv yuv = converted(rgba, width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const uint8_t* p = &rgba[(size_t(y) * width + x) * 4];
            REQUIRE(std::abs(yuv.y[size_t(y) * width + x] - exact(p[0], p[1], p[2])[0]) < 0.51);
        }
    }
    for (int y = 0; y < height; y += 2) {
        for (int x = 0; x < width; x += 2) {
            double sum[3] = {};
            for (int k = 0; k < 4; ++k) {
                for (int c = 0; c < 3; ++c) sum[c] += rgba[(size_t(y + k / 2) * width + x + k % 2) * 4 + c];
            }
            const auto expected = exact(sum[0] / 4, sum[1] / 4, sum[2] / 4);
            const size_t at = size_t(y / 2) * (width / 2) + x / 2;
            REQUIRE(std::abs(yuv.u[at] - expected[1]) < 0.52);
            REQUIRE(std::abs(yuv.v[at] - expected[2]) < 0.52);
        }
    }
}

TEST_CASE("black, white and grey have no colour and the ends of the limited range") {
    for (const int level : {0, 128, 255}) {
        const Yuv yuv = converted(std::vector<uint8_t>(16 * 16 * 4, uint8_t(level)), 16, 16);
        CHECK(yuv.y.front() == std::lround(16 + 219.0 * level / 255));
        CHECK(int(yuv.u.front()) == 128);
        CHECK(int(yuv.v.front()) == 128);
    }
}
