#include "app/plot/line_plot.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "plot_look.h"

using namespace weft;

namespace {

const glm::vec4 red{1.0f, 0.0f, 0.0f, 1.0f}, blue{0.0f, 0.0f, 1.0f, 1.0f};

LinePlot two_curves() {
    LinePlot plot;
    plot.x = {"heads removed", "", true, 0.0, 4.0};
    plot.y = {"y", "logit", false, {}, {}};
    plot.series = {{"by importance", {0, 1, 2, 3, 4}, {8, 7.5, 7, 2, 1.25}, red, false, "area 5.1"},
                   {"random order", {0, 1, 2, 3, 4}, {8, 6, 4, 3, 1.25}, blue, true, "area 4.4"}};
    return plot;
}

size_t lines_of(const PlotPicture& picture, glm::vec4 color) {
    return size_t(std::ranges::count(picture.lines, color, &PlotLine::color));
}

bool has_label(const PlotPicture& picture, const std::string& text) {
    return std::ranges::find(picture.labels, text, &Label::text) != picture.labels.end();
}

}  // namespace

TEST_CASE("a curve goes through its values, the dashed one in pieces", "[plot]") {
    const PlotLook look = test_look();
    const LinePlotPicture drawn = line_plot_picture(two_curves(), 284.0f, 120.0f, look);
    CHECK(lines_of(drawn.picture, red) == 4 + 1);  // and its swatch
    CHECK(lines_of(drawn.picture, blue) > 20);
    const glm::vec2 first = drawn.frame.px(0.0, 8.0), last = drawn.frame.px(4.0, 1.25);
    CHECK(first.x == Approx(drawn.frame.min.x));
    CHECK(last.x == Approx(drawn.frame.max.x));
    CHECK(first.y > drawn.frame.min.y);
    CHECK(last.y < drawn.frame.max.y);
    const auto begin = std::ranges::find(drawn.picture.lines, red, &PlotLine::color);
    CHECK(glm::length(begin->a - first) < 1e-3f);
    CHECK(has_label(drawn.picture, "y (logit)"));
    CHECK(has_label(drawn.picture, "heads removed"));
    CHECK(has_label(drawn.picture, "area 5.1"));
    CHECK(labels_fit(drawn.picture, look));
}

TEST_CASE("the legend holds the exact numbers of what is pointed at", "[plot]") {
    const PlotLook look = test_look();
    const LinePlot plot = two_curves();
    const glm::vec2 at = line_plot_picture(plot, 284.0f, 120.0f, look).frame.px(3.1, 5.0);
    const LinePlotPicture drawn = line_plot_picture(plot, 284.0f, 120.0f, look, at);
    REQUIRE(drawn.pointed_x == 3.0);
    CHECK(has_label(drawn.picture, "heads removed 3"));
    CHECK(has_label(drawn.picture, "2"));
    CHECK(has_label(drawn.picture, "3"));
    CHECK_FALSE(has_label(drawn.picture, "area 5.1"));
    CHECK(drawn.picture.dots.size() == 2);
    CHECK(labels_fit(drawn.picture, look));
    CHECK_FALSE(line_plot_picture(plot, 284.0f, 120.0f, look, glm::vec2{-40.0f, 60.0f}).pointed_x);
}

TEST_CASE("values that are not finite leave a gap, a value between two gaps is a dot", "[plot]") {
    const PlotLook look = test_look();
    LinePlot plot;
    plot.series = {{"a", {0, 1, 2, 3, 4, 5}, {1, 2, NAN, 3, INFINITY, NAN}, red, false, ""}};
    const LinePlotPicture drawn = line_plot_picture(plot, 200.0f, 80.0f, look);
    CHECK(lines_of(drawn.picture, red) == 1 + 1);
    REQUIRE(drawn.picture.dots.size() == 1);
    CHECK(glm::length(drawn.picture.dots[0].center - drawn.frame.px(3, 3)) < 1e-3f);
    for (const PlotLine& line : drawn.picture.lines) {
        CHECK(std::isfinite(line.a.x + line.a.y));
        CHECK(std::isfinite(line.b.x + line.b.y));
    }
}

TEST_CASE("nothing, one point and one value are plots too", "[plot]") {
    const PlotLook look = test_look();
    const auto draw = [&](std::vector<double> x, std::vector<double> y) {
        LinePlot plot;
        plot.x.title = "layer";
        plot.series = {{"a", std::move(x), std::move(y), red, false, ""}};
        return line_plot_picture(plot, 200.0f, 80.0f, look, glm::vec2{100.0f, 50.0f});
    };
    CHECK_FALSE(draw({}, {}).pointed_x);
    CHECK_FALSE(draw({0, 1}, {NAN, NAN}).pointed_x);
    const LinePlotPicture one = draw({3}, {0.25});
    CHECK(one.pointed_x == 3.0);
    CHECK(one.picture.dots.size() == 2);
    CHECK(has_label(one.picture, "0.25"));
    const LinePlotPicture flat = draw({0, 1, 2}, {7, 7, 7});
    CHECK(lines_of(flat.picture, red) == 2 + 1);
    for (const LinePlotPicture& drawn : {one, flat, draw({}, {})}) CHECK(labels_fit(drawn.picture, look));
    CHECK(line_plot_picture({}, 200.0f, 80.0f, look).picture.size_px.y > 80.0f);
}

TEST_CASE("dashes go on over the points of a polyline", "[plot]") {
    PlotPicture whole, parts;
    float phase = 0.0f;
    add_dashes(whole, {{0, 0}, {100, 0}, blue, 1.0f}, 5.0f, 4.0f, phase);
    phase = 0.0f;
    for (int i = 0; i < 25; ++i)
        add_dashes(parts, {{4.0f * float(i), 0}, {4.0f * float(i + 1), 0}, blue, 1.0f}, 5.0f, 4.0f, phase);
    float inked = 0.0f, inked_in_parts = 0.0f;
    for (const PlotLine& line : whole.lines) inked += line.b.x - line.a.x;
    for (const PlotLine& line : parts.lines) inked_in_parts += line.b.x - line.a.x;
    CHECK(inked == Approx(56.0f).margin(0.5f));  // 11 whole dashes and the first pixel of the next
    CHECK(inked_in_parts == Approx(inked).margin(0.5f));
}
