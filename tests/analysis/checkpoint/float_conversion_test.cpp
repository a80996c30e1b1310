#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "analysis/checkpoint/safetensors.h"

using namespace weft;

namespace {

// By the definition: sign, exponent of 5 bits, 10 bits of mantissa.
float half_by_definition(uint16_t half) {
    const int exponent = (half >> 10) & 31, mantissa = half & 1023;
    double value = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    if (exponent == 31) value = mantissa == 0 ? INFINITY : NAN;
    return static_cast<float>((half & 0x8000) != 0 ? -value : value);
}

template <class Stored>
std::vector<float> converted(Dtype dtype, const std::vector<Stored>& stored, size_t misaligned_by) {
    std::vector<std::byte> bytes(stored.size() * sizeof(Stored) + misaligned_by);
    if (!stored.empty())
        std::memcpy(bytes.data() + misaligned_by, stored.data(), stored.size() * sizeof(Stored));
    SafetensorsTensor tensor;
    tensor.dtype = dtype;
    tensor.elements = static_cast<int64_t>(stored.size());
    tensor.data = std::span(bytes).subspan(misaligned_by);
    std::vector<float> out(stored.size() + 1, 12345.0f);
    convert_to_float32(tensor, out.data(), "test");
    CHECK(out.back() == 12345.0f);  // nothing beyond the end
    out.pop_back();
    CHECK(to_float32(tensor, "test").size() == out.size());
    return out;
}

bool same(float a, float b) {
    return std::isnan(a) ? std::isnan(b) : std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

}  // namespace

TEST_CASE("every half and every brain float converts exactly, at any alignment") {
    std::vector<uint16_t> all(65536);
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
    for (const size_t misaligned_by : {0, 1, 2, 3, 7}) {
        const std::vector<float> halves = converted(Dtype::f16, all, misaligned_by);
        const std::vector<float> brains = converted(Dtype::bf16, all, misaligned_by);
        int wrong = 0;
        for (size_t i = 0; i < all.size(); ++i) {
            wrong += !same(halves[i], half_by_definition(all[i]));
            wrong += std::bit_cast<uint32_t>(brains[i]) != static_cast<uint32_t>(i) << 16;
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("tensors of every length convert to their last number") {
    for (size_t count = 0; count < 40; ++count) {
        std::vector<uint16_t> halves(count, 0x3c00);
        std::vector<double> doubles(count, 1.0);
        std::vector<float> floats(count, 1.0f);
        const std::vector<float> ones(count, 1.0f);
        CHECK(converted(Dtype::f16, halves, 1) == ones);
        CHECK(converted(Dtype::f64, doubles, 3) == ones);
        CHECK(converted(Dtype::f32, floats, 1) == ones);
        halves.assign(count, 0x3f80);
        CHECK(converted(Dtype::bf16, halves, 1) == ones);
    }
}

TEST_CASE("doubles are rounded to the nearest float") {
    const std::vector<float> out = converted(
        Dtype::f64, std::vector<double>{0.1, 1e300, -1e300, 1e-300, 0x1.000001p0, 0x1.0000011p0, NAN}, 1);
    CHECK(out[0] == 0.1f);
    CHECK(out[1] == INFINITY);
    CHECK(out[2] == -INFINITY);
    CHECK(out[3] == 0.0f);
    CHECK(out[4] == 1.0f);
    CHECK(out[5] == 0x1.000002p0f);
    CHECK(std::isnan(out[6]));
}
