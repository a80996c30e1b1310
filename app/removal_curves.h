// y while heads or tokens are taken away or come back, beside a random order. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

struct RemovalPlot {
    const char* method;
    const char *ordered, *random;  // its tensors [M + 1], y after 0 to M steps
    const char *title, *about, *button;
    const char *counted, *order;  // what the x axis counts, what the first curve is called
};
const std::vector<RemovalPlot>& removal_plots();

struct RemovalCurves {
    std::vector<double> ordered;  // y after 0, 1, .. M steps
    std::vector<double> random;   // empty where there is none
};
std::optional<RemovalCurves> removal_curves(const AttentionBlock& block, const RemovalPlot& plot);

// Of a curve that has a point, in units of y.
std::string area_text(std::span<const double> curve);  // "area 3.142"

}  // namespace weft
