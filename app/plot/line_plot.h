// Curves over a common x axis: axes with units and round numbers, a legend that holds the exact numbers of
// what is pointed at. Values that are not finite leave a gap. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/plot/picture.h"
#include "app/plot/ticks.h"

namespace weft {

struct Series {
    std::string name;
    std::vector<double> x, y;  // equally many
    glm::vec4 color{1.0f};
    bool dashed = false;
    std::string note;  // beside the name while nothing is pointed at: "area 3.1"
};

struct PlotAxis {
    std::string title, unit;          // the unit may be empty: a pure number
    bool whole = false;               // counts things
    std::optional<double> low, high;  // the range has these ends at least
};

struct LinePlot {
    PlotAxis x, y;
    std::vector<Series> series;
};

// Maps values to pixels of the area inside the axes.
struct PlotFrame {
    glm::vec2 min{0.0f}, max{0.0f};
    Range x, y;
    glm::vec2 px(double x_value, double y_value) const;
};

struct LinePlotPicture {
    PlotPicture picture;
    PlotFrame frame;
    std::optional<double> pointed_x;  // the x whose numbers the legend shows
};

// `width_px` wide, the axes' area `height_px` high, the legend below it. `pointer`: from the plot's corner.
LinePlotPicture line_plot_picture(const LinePlot& plot, float width_px, float height_px, const PlotLook& look,
                                  std::optional<glm::vec2> pointer = {});

// The series' value at exactly this x; nothing where it has none.
std::optional<double> value_at(const Series& series, double x);

}  // namespace weft
