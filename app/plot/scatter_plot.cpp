#include "app/plot/scatter_plot.h"

#include <algorithm>
#include <cmath>

#include "app/plot/ticks.h"

namespace weft {

namespace {

constexpr float margin_px = 10.0f, foot_px = 20.0f, radius_px = 3.5f, reach_px = 9.0f;

bool is_finite(const ScatterPoint& point) {
    return std::isfinite(point.x) && std::isfinite(point.y);
}

}  // namespace

ScatterPicture scatter_picture(const ScatterPlot& plot, glm::vec2 size_px, const PlotLook& look,
                               std::optional<glm::vec2> pointer) {
    const float s = look.scale;
    ScatterPicture result;
    PlotPicture& picture = result.picture;
    picture.size_px = size_px;
    const glm::vec2 field{size_px.x, size_px.y - foot_px * s};
    picture.rects.push_back({{0.0f, 0.0f}, field, look.colors.rule, true});
    std::vector<double> xs, ys;
    for (const ScatterPoint& point : plot.points) {
        if (!is_finite(point)) continue;
        xs.push_back(point.x);
        ys.push_back(point.y);
    }
    if (xs.empty()) {
        result.centers.assign(plot.points.size(), glm::vec2{-1e6f});
        return result;
    }
    const Range x = range_of(xs), y = range_of(ys);
    const float margin = margin_px * s;
    const double px_per_unit =
        std::min((field.x - 2.0f * margin) / x.size(), (field.y - 2.0f * margin) / y.size());
    const double middle_x = 0.5 * (x.low + x.high), middle_y = 0.5 * (y.low + y.high);
    float least = reach_px * s;
    for (size_t i = 0; i < plot.points.size(); ++i) {
        const ScatterPoint& point = plot.points[i];
        glm::vec2 center{-1e6f};
        if (is_finite(point))
            center = {0.5f * field.x + static_cast<float>((point.x - middle_x) * px_per_unit),
                      0.5f * field.y - static_cast<float>((point.y - middle_y) * px_per_unit)};
        result.centers.push_back(center);
        const float away = pointer ? glm::length(*pointer - center) : INFINITY;
        if (away < least) {
            least = away;
            result.pointed = i;
        }
    }
    for (size_t i = 0; i < plot.points.size(); ++i) {
        const ScatterPoint& point = plot.points[i];
        if (!is_finite(point)) continue;
        const glm::vec2 at = result.centers[i];
        if (point.is_crossed_out) {
            const float r = radius_px * s;
            picture.lines.push_back({at - r, at + r, point.color, 1.5f * s});
            picture.lines.push_back({at + glm::vec2{-r, r}, at + glm::vec2{r, -r}, point.color, 1.5f * s});
        } else {
            picture.dots.push_back({at, radius_px * s, point.color});
        }
        if (point.is_chosen) picture.dots.push_back({at, 6.5f * s, look.colors.text, true});
    }
    if (result.pointed)
        picture.dots.push_back({result.centers[*result.pointed], 5.0f * s, look.colors.text, true});
    // The longest round length that takes at most a third of the width.
    const std::vector<Tick> lengths = nice_ticks({0.0, field.x / (3.0 * px_per_unit)}, 3);
    if (lengths.size() > 1) {
        const Tick& length = lengths.back();
        const float base = size_px.y - 6.0f * s, ruler = static_cast<float>(length.value * px_per_unit);
        picture.lines.push_back({{0.0f, base}, {ruler, base}, look.colors.dim_text, 1.5f * s});
        picture.labels.push_back(plot_label(look, length.text + (plot.unit.empty() ? "" : " " + plot.unit),
                                            {ruler + 8.0f * s, base + 4.0f * s}, LabelAlign::left));
    }
    return result;
}

}  // namespace weft
