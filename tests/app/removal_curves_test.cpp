#include "app/removal_curves.h"

#include <catch2/catch.hpp>

#include "analysis/method/method_table.h"

using namespace weft;

TEST_CASE("an area is in units of y") {
    CHECK(area_text(std::vector<double>{1, 0}) == "area 0.5");
}

TEST_CASE("curves are there with their random order or without it") {
    AttentionBlock block;
    const RemovalPlot& deletion = removal_plots().at(1);
    REQUIRE(deletion.ordered == std::string("deletion"));
    CHECK_FALSE(removal_curves(block, deletion));
    const auto values = [](std::vector<float> v) {
        return std::make_shared<const std::vector<float>>(std::move(v));
    };
    block.quantities["deletion"] = {{3}, values({3, 2, 1})};
    REQUIRE(removal_curves(block, deletion));
    CHECK(removal_curves(block, deletion)->random.empty());
    block.quantities["deletion.random"] = {{3}, values({3, 1, 1})};
    CHECK(removal_curves(block, deletion)->random == std::vector<double>{3, 1, 1});
    CHECK(removal_curves(block, deletion)->ordered == std::vector<double>{3, 2, 1});
}

TEST_CASE("every curve is of a method that can be computed") {
    for (const RemovalPlot& plot : removal_plots()) {
        CAPTURE(plot.method);
        CHECK(find_method(plot.method));
        CHECK(std::string(plot.ordered).starts_with(plot.method));
    }
}
