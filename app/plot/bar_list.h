// Named numbers as horizontal bars from a common zero. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/plot/picture.h"

namespace weft {

struct Bar {
    std::string name;
    double value = 0.0;
    std::string text{};  // the number as written; empty: exact
    bool is_chosen = false;
};

struct BarListPicture {
    PlotPicture picture;
    float row_px = 0.0f;
    float zero_px = 0.0f;  // x of the common zero
    std::optional<size_t> pointed;
};

// Bars of both signs share one scale. Values that are not finite have a number and no bar.
BarListPicture bar_list_picture(const std::vector<Bar>& bars, float width_px, const PlotLook& look,
                                glm::vec4 positive, glm::vec4 negative,
                                std::optional<glm::vec2> pointer = {});

}  // namespace weft
