#include "app/plot/scatter_plot.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "plot_look.h"

using namespace weft;

TEST_CASE("a scatter keeps the proportions of its distances", "[plot]") {
    const PlotLook look = test_look();
    ScatterPlot plot;
    plot.unit = "nats";
    plot.points = {{0.0, 0.0}, {3.0, 0.0}, {0.0, 1.0}};
    const ScatterPicture drawn = scatter_picture(plot, {284.0f, 180.0f}, look);
    const float across = glm::length(drawn.centers[1] - drawn.centers[0]);
    const float up = glm::length(drawn.centers[2] - drawn.centers[0]);
    CHECK(across == Approx(3.0f * up));
    CHECK(drawn.centers[2].y < drawn.centers[0].y);
    for (const glm::vec2& center : drawn.centers) {
        CHECK((center.x >= 0.0f && center.x <= 284.0f));
        CHECK((center.y >= 0.0f && center.y <= 160.0f));
    }
    CHECK(labels_fit(drawn.picture, look));
    const ScatterPicture pointed = scatter_picture(plot, {284.0f, 180.0f}, look, drawn.centers[2] + 3.0f);
    CHECK(pointed.pointed == 2u);
    CHECK_FALSE(scatter_picture(plot, {284.0f, 180.0f}, look, glm::vec2{142.0f, 5.0f}).pointed);
}

TEST_CASE("points in one place, one point, none and no numbers", "[plot]") {
    const PlotLook look = test_look();
    ScatterPlot plot;
    CHECK(scatter_picture(plot, {284.0f, 180.0f}, look).centers.empty());
    plot.points = {{1.0, 1.0}};
    CHECK(scatter_picture(plot, {284.0f, 180.0f}, look, glm::vec2{142.0f, 80.0f}).pointed == 0u);
    plot.points = {{1.0, 1.0}, {1.0, 1.0}, {NAN, 0.0}};
    const ScatterPicture drawn = scatter_picture(plot, {284.0f, 180.0f}, look);
    CHECK(drawn.picture.dots.size() == 2);
    plot.points = {{NAN, NAN}};
    CHECK(scatter_picture(plot, {284.0f, 180.0f}, look).picture.dots.empty());
}
