// A small table of numbers as colours, with the numbers in the cells that have room for them. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/plot/picture.h"

namespace weft {

struct MatrixPlot {
    std::vector<std::string> rows, columns;  // names
    std::vector<double> values;              // [rows, columns]; not finite: an empty cell
    std::function<glm::vec4(double value)> color;
};

struct MatrixCell {
    size_t row = 0, column = 0;
    bool operator==(const MatrixCell&) const = default;
};

struct MatrixPlotPicture {
    PlotPicture picture;
    glm::vec2 origin{0.0f};  // of the cells
    float cell_px = 0.0f;
    std::optional<MatrixCell> pointed;
};

// Square cells, as large as `width_px` allows, up to `largest_cell_px` at scale 1; column names at 55
// degrees.
MatrixPlotPicture matrix_plot_picture(const MatrixPlot& plot, float width_px, const PlotLook& look,
                                      std::optional<glm::vec2> pointer = {}, float largest_cell_px = 40.0f);

// A number without its leading zero, with two decimals, one or none, as `room_px` allows; "" where none fits.
std::string cell_number(double value, float room_px, float size_px, const MeasureText& measure);

}  // namespace weft
