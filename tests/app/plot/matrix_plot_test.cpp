#include "app/plot/matrix_plot.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "plot_look.h"

using namespace weft;

namespace {

MatrixPlot square(size_t n) {
    MatrixPlot plot;
    for (size_t i = 0; i < n; ++i) plot.rows.push_back("method number " + std::to_string(i));
    plot.columns = plot.rows;
    for (size_t i = 0; i < n * n; ++i) plot.values.push_back(i % (n + 1) == 0 ? 1.0 : -0.37);
    plot.color = [](double v) { return glm::vec4{float(v) * 0.5f + 0.5f, 0.0f, 0.0f, 1.0f}; };
    return plot;
}

}  // namespace

TEST_CASE("a matrix plot has one cell for each number and finds the one pointed at", "[plot]") {
    const PlotLook look = test_look();
    const MatrixPlotPicture drawn = matrix_plot_picture(square(3), 284.0f, look);
    CHECK(drawn.picture.rects.size() == 9);
    CHECK(std::ranges::count(drawn.picture.labels, std::string("1.00"), &Label::text) == 3);
    CHECK(std::ranges::count(drawn.picture.labels, std::string("-.37"), &Label::text) == 6);
    const glm::vec2 inside = drawn.origin + drawn.cell_px * glm::vec2{2.5f, 1.5f};
    CHECK(matrix_plot_picture(square(3), 284.0f, look, inside).pointed == MatrixCell{1, 2});
    CHECK_FALSE(matrix_plot_picture(square(3), 284.0f, look, drawn.origin - 1.0f).pointed);
}

TEST_CASE("names and cells stay inside the width for any number of methods", "[plot]") {
    const PlotLook look = test_look();
    for (size_t n = 1; n < 13; ++n) {
        CAPTURE(n);
        const MatrixPlotPicture drawn = matrix_plot_picture(square(n), 284.0f, look);
        CHECK(labels_fit(drawn.picture, look));
        for (const PlotRect& rect : drawn.picture.rects) CHECK(rect.max.x <= 284.0f);
    }
}

TEST_CASE("eleven numbered methods leave room for a decimal in each cell, and no name lies on another",
          "[plot]") {
    const PlotLook look = test_look();
    MatrixPlot plot = square(11);
    for (size_t i = 0; i < 11; ++i) {
        plot.columns[i] = std::to_string(i + 1);
        plot.rows[i] = plot.columns[i] + " integrated";
    }
    const MatrixPlotPicture drawn = matrix_plot_picture(plot, 284.0f, look);
    CHECK(labels_fit(drawn.picture, look));
    CHECK(drawn.cell_px >= look.text_px + 1.0f);
    CHECK(std::ranges::count(drawn.picture.labels, 0.0f, &Label::angle_rad) ==
          std::ptrdiff_t(drawn.picture.labels.size()));
}

TEST_CASE("a cell that is not a number is an empty frame, an empty matrix nothing", "[plot]") {
    const PlotLook look = test_look();
    MatrixPlot plot = square(2);
    plot.values[1] = NAN;
    const MatrixPlotPicture drawn = matrix_plot_picture(plot, 284.0f, look);
    CHECK(std::ranges::count(drawn.picture.rects, true, &PlotRect::outline) == 1);
    CHECK(matrix_plot_picture({}, 284.0f, look).picture.labels.empty());
}

TEST_CASE("a cell's number has the decimals that fit", "[plot]") {
    const MeasureText measure = test_look().measure;
    CHECK(cell_number(0.934, 30.0f, 10.0f, measure) == ".93");
    CHECK(cell_number(-0.934, 30.0f, 10.0f, measure) == "-.93");
    CHECK(cell_number(-0.934, 19.0f, 10.0f, measure) == "-.9");
    CHECK(cell_number(-0.934, 13.0f, 10.0f, measure).empty());
    CHECK(cell_number(1.0, 30.0f, 10.0f, measure) == "1.00");
    CHECK(cell_number(-0.001, 30.0f, 10.0f, measure) == "0");
    CHECK(cell_number(NAN, 30.0f, 10.0f, measure).empty());
}
