#include "app/plot/ticks.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace weft;

namespace {

std::vector<std::string> texts(const std::vector<Tick>& ticks) {
    std::vector<std::string> result;
    for (const Tick& tick : ticks) result.push_back(tick.text);
    return result;
}

}  // namespace

TEST_CASE("ticks are round numbers inside the range, with the digits of their step", "[plot]") {
    CHECK(texts(nice_ticks({0.0, 1.0}, 6)) ==
          std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
    CHECK(texts(nice_ticks({0.0, 1.0}, 5)) == std::vector<std::string>{"0.0", "0.5", "1.0"});
    CHECK(texts(nice_ticks({-0.03, 0.04}, 4)) == std::vector<std::string>{"-0.02", "0.00", "0.02", "0.04"});
    CHECK(texts(nice_ticks({0.0, 11.0}, 12, true)).size() == 12);
    CHECK(texts(nice_ticks({0.0, 0.4}, 5, true)) == std::vector<std::string>{"0"});
    CHECK(texts(nice_ticks({0.0, 2e7}, 3)).back() == "2e+07");
}

TEST_CASE("ticks never leave the range and are never more than asked for", "[plot]") {
    for (const double size : {1e-7, 0.003, 0.7, 1.0, 9.99, 12.0, 3456.7, 1e9}) {
        for (const double low : {0.0, -0.5 * size, 17.3}) {
            for (int most = 1; most < 9; ++most) {
                const Range range{low, low + size};
                const std::vector<Tick> ticks = nice_ticks(range, most);
                CHECK(int(ticks.size()) <= most);
                for (const Tick& tick : ticks) {
                    CHECK(tick.value >= range.low - 1e-6 * size);
                    CHECK(tick.value <= range.high + 1e-6 * size);
                }
            }
        }
    }
}

TEST_CASE("a range is of the finite values alone and never empty", "[plot]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(range_of(std::vector<double>{}) == Range{0.0, 1.0});
    CHECK(range_of(std::vector<double>{nan, INFINITY, -INFINITY}) == Range{0.0, 1.0});
    CHECK(range_of(std::vector<double>{nan, 2.0, -1.0}) == Range{-1.0, 2.0});
    CHECK(range_of(std::vector<double>{0.0, 0.0}) == Range{-0.5, 0.5});
    const Range alone = range_of(std::vector<double>{5.0});
    CHECK(alone.low < 5.0);
    CHECK(alone.high > 5.0);
    CHECK(nice_ticks({0.0, nan}, 5).empty());
    CHECK(nice_ticks({1.0, 1.0}, 5).empty());
}

TEST_CASE("exact numbers hold what a float32 holds", "[plot]") {
    CHECK(std::stof(exact_text(double(0.1234567f))) == 0.1234567f);
    CHECK(exact_text(NAN) == "not a number");
    CHECK(exact_text(-INFINITY) == "-infinite");
}
