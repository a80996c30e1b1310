#include "analysis/method/curves.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace weft;

TEST_CASE("Tokens leave in descending order, equal ones by place, special ones not at all") {
    const std::vector<float> values = {0.5f, -1, 2, 0.5f, 0};
    CHECK(descending(values) == std::vector<int64_t>{2, 0, 3, 4, 1});
    CHECK(descending(values, std::vector<uint8_t>{1, 0, 0, 0, 0}) == std::vector<int64_t>{2, 3, 4, 1});
    CHECK(ascending(values) == std::vector<int64_t>{1, 4, 0, 3, 2});
    CHECK(descending({}).empty());
}

TEST_CASE("A random order is the same for the same seed, another for another, and has all that was there") {
    std::vector<int64_t> order(50);
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
    const std::vector<int64_t> a = shuffled(order, 1), b = shuffled(order, 2);
    CHECK(a == shuffled(order, 1));
    CHECK(a != b);
    CHECK(a != order);
    for (std::vector<int64_t> of : {a, b}) {
        std::ranges::sort(of);
        CHECK(of == order);
    }
    CHECK(shuffled({7}, 1) == std::vector<int64_t>{7});
    CHECK(shuffled({}, 1).empty());
    // Of four, every place has every one about as often.
    int64_t at[4][4] = {};
    for (uint64_t seed = 0; seed < 4000; ++seed) {
        const std::vector<int64_t> of = shuffled({0, 1, 2, 3}, seed);
        for (size_t i = 0; i < 4; ++i) ++at[i][of[i]];
    }
    for (const auto& place : at)
        for (const int64_t times : place) CHECK(std::abs(times - 1000) < 150);
}

TEST_CASE("The area under a curve is its mean over the share that has left") {
    CHECK(curve_area(std::vector<double>{3}) == 3);
    CHECK(curve_area(std::vector<double>{1, 3}) == 2);
    CHECK(curve_area(std::vector<double>{4, 4, 4, 4}) == 4);
    CHECK(curve_area(std::vector<double>{1, 0, 0}) == 0.25);
}
