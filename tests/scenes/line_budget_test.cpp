#include "scenes/line_budget.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace weft;

namespace {

int bin_by_search(float weight) {
    int bin = 0;
    while (bin < rung_count && weight >= rungs[static_cast<size_t>(bin)]) ++bin;
    return bin;
}

RungCounts counts_of(std::initializer_list<std::pair<float, uint64_t>> weights) {
    RungCounts counts;
    for (const auto& [weight, times] : weights) counts.counts[static_cast<size_t>(rung_bin(weight))] += times;
    return counts;
}

}  // namespace

TEST_CASE("every weight falls into the bin of the rungs at or below it, to the last bit") {
    for (int k = 0; k <= 200000; ++k) {
        const float weight = static_cast<float>(k) / 200000.0f;
        if (rung_bin(weight) != bin_by_search(weight)) FAIL("weight " << weight);
    }
    for (const float rung : rungs) {
        CHECK(rung_bin(rung) == bin_by_search(rung));
        CHECK(rung_bin(std::nextafter(rung, 0.0f)) == bin_by_search(rung) - 1);
        CHECK(rung_bin(std::nextafter(rung, 1.0f)) == bin_by_search(rung));
    }
    CHECK(rung_bin(1.5f) == rung_count);
}

TEST_CASE("the budget grows with the tokens up to the theme's and one layer alone has 300") {
    const Theme& dark = theme(ThemeName::dark);
    CHECK(line_budget(dark, {}, 10, 6) == 400);
    CHECK(line_budget(dark, {}, 100, 6) == 650);
    CHECK(line_budget(dark, {}, 100, 1) == 300);
    CHECK(line_budget(theme(ThemeName::light), {}, 100, 6) == 450);
    CHECK(line_budget(theme(ThemeName::projector), {}, 100, 1) == 200);
    Thresholding own;
    own.budget = 1234;
    CHECK(line_budget(dark, own, 10, 1) == 1234);
}

TEST_CASE("a layer takes the lowest rung that fits its share") {
    const RungCounts counts = counts_of({{0.025f, 100}, {0.11f, 30}, {0.5f, 20}, {0.95f, 5}});
    CHECK(rungs[static_cast<size_t>(choose_rung(counts, 1000, -1))] == .02f);
    CHECK(rungs[static_cast<size_t>(choose_rung(counts, 155, -1))] == .02f);
    CHECK(rungs[static_cast<size_t>(choose_rung(counts, 154, -1))] == .03f);
    CHECK(rungs[static_cast<size_t>(choose_rung(counts, 54, -1))] == .12f);
    CHECK(rungs[static_cast<size_t>(choose_rung(counts, 5, -1))] == .60f);
    CHECK(rungs[static_cast<size_t>(choose_rung(counts, 1, -1))] == .90f);
}

TEST_CASE("a rung stays while its lines are within 70 to 115 percent of the share") {
    const RungCounts counts = counts_of({{0.025f, 45}, {0.11f, 70}});
    const int low = 0, high = 3;
    CHECK(counts.lines_at(low) == 115);
    CHECK(counts.lines_at(high) == 70);
    CHECK(choose_rung(counts, 100, low) == low);    // 115 %
    CHECK(choose_rung(counts, 99, low) != low);     // above
    CHECK(choose_rung(counts, 100, high) == high);  // 70 %
    CHECK(choose_rung(counts, 115, high) == low);   // below: the lowest that fits
}
