#include "app/plot/bar_list.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "plot_look.h"

using namespace weft;

namespace {
const glm::vec4 plus{1.0f, 0.5f, 0.0f, 1.0f}, minus{0.0f, 0.5f, 1.0f, 1.0f};
}

TEST_CASE("bars of both signs have one scale and one zero", "[plot]") {
    const PlotLook look = test_look();
    const std::vector<Bar> bars{{"cat", 2.0}, {"sat", -1.0}, {"on", 0.0}};
    const BarListPicture drawn = bar_list_picture(bars, 284.0f, look, plus, minus);
    REQUIRE(drawn.picture.rects.size() == 3);
    const PlotRect &up = drawn.picture.rects[0], &down = drawn.picture.rects[1];
    CHECK(up.min.x == Approx(drawn.zero_px));
    CHECK(down.max.x == Approx(drawn.zero_px));
    CHECK(up.max.x - up.min.x == Approx(2.0f * (down.max.x - down.min.x)));
    CHECK(up.color == plus);
    CHECK(down.color == minus);
    CHECK(labels_fit(drawn.picture, look));
    CHECK(bar_list_picture(bars, 284.0f, look, plus, minus, glm::vec2{10.0f, 20.0f}).pointed == 1u);
}

TEST_CASE("bars that are no numbers, all zero, or none", "[plot]") {
    const PlotLook look = test_look();
    CHECK(bar_list_picture({}, 284.0f, look, plus, minus).picture.labels.empty());
    CHECK(bar_list_picture({{"a", NAN}, {"b", 0.0}}, 284.0f, look, plus, minus).picture.rects.empty());
    const BarListPicture drawn =
        bar_list_picture({{"a", NAN}, {"b", INFINITY}, {"c", 3.0}}, 284.0f, look, plus, minus);
    CHECK(drawn.picture.rects.size() == 1);
    CHECK(drawn.picture.labels.size() == 6);
}
