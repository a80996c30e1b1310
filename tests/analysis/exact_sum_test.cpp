#include "analysis/exact_sum.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "analysis/error.h"

using namespace weft;

namespace {

ExactSum sum_of(const std::vector<double>& values) {
    ExactSum sum;
    for (const double value : values) sum.add(value);
    return sum;
}

}  // namespace

TEST_CASE("an exact sum loses nothing") {
    const double large = std::numeric_limits<float>::max(), tiny = std::numeric_limits<float>::denorm_min();
    CHECK(sum_of({large, tiny, -large}).value() == static_cast<long double>(tiny));
    CHECK(sum_of({large * large, 1, -large * large}).value() == 1);
    CHECK(sum_of({tiny * tiny, tiny * tiny}).value() == 2 * static_cast<long double>(tiny * tiny));
    CHECK(sum_of({1, 1e-20, -1}).value() == static_cast<long double>(1e-20));
    CHECK(sum_of({}).value() == 0);
    CHECK(sum_of({0, -0.0}).text() == "0");
    CHECK(sum_of({-1, 3, -4}).value() == -2);
}

TEST_CASE("an exact sum does not depend on order or on parts") {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<double> values;
    for (int k = 0; k < 3000; ++k) {
        const double value = static_cast<double>(std::ldexp(normal(random), k % 200 - 100));
        values.push_back(k % 2 ? value
                               : static_cast<double>(static_cast<float>(value)) *
                                     static_cast<double>(static_cast<float>(value)));
        if (k % 2) values.back() = static_cast<double>(static_cast<float>(value));
    }
    const ExactSum whole = sum_of(values);
    ExactSum parts;
    for (size_t part = 0; part < 3; ++part) {
        ExactSum some;
        for (size_t k = part; k < values.size(); k += 3) some.add(values[k]);
        parts.add(ExactSum::parse(some.text()));  // by way of a file
    }
    std::ranges::shuffle(values, random);
    CHECK(sum_of(values).text() == whole.text());
    CHECK(parts.text() == whole.text());
    CHECK(parts.value() == whole.value());
}

TEST_CASE("an exact sum agrees with integers") {
    std::mt19937 random(2);
    std::uniform_int_distribution<int> any(-1'000'000, 1'000'000);
    ExactSum sum;
    int64_t expected = 0;
    for (int k = 0; k < 10'000; ++k) {
        const int value = any(random);
        sum.add(value);
        expected += value;
        if (k % 1000 == 0) REQUIRE(sum.value() == static_cast<long double>(expected));
    }
    CHECK(sum.value() == static_cast<long double>(expected));
}

TEST_CASE("what is no exact sum is refused") {
    for (const char* text : {"", "-", "1g", "0x1", "1.5", " 1", "--1"})
        CHECK_THROWS_AS(ExactSum::parse(text), Error);
    CHECK_THROWS_AS(ExactSum::parse(std::string(161, '1')), Error);
    CHECK_THROWS_AS(ExactSum::parse(std::string(160, 'f')), Error);
    CHECK(ExactSum::parse("-1a2f").text() == "-1a2f");
    CHECK(ExactSum::parse("0000").text() == "0");
}
