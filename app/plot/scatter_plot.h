// Points of a plane whose distances mean something: both axes have the same scale, and no numbers, because
// the layout is only determined up to a rotation. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/plot/picture.h"

namespace weft {

struct ScatterPoint {
    double x = 0.0, y = 0.0;
    glm::vec4 color{1.0f};
    bool is_chosen = false, is_crossed_out = false;
};

struct ScatterPlot {
    std::vector<ScatterPoint> points;
    std::string unit;  // of a distance: "nats"
};

struct ScatterPicture {
    PlotPicture picture;
    std::vector<glm::vec2> centers;  // of each point; outside the picture where it is not finite
    std::optional<size_t> pointed;   // the nearest within reach of the pointer
};

// A ruler at the foot tells what a length is.
ScatterPicture scatter_picture(const ScatterPlot& plot, glm::vec2 size_px, const PlotLook& look,
                               std::optional<glm::vec2> pointer = {});

}  // namespace weft
