#include "app/plot/line_plot.h"

#include <algorithm>
#include <cmath>

namespace weft {

namespace {

// At scale 1.
constexpr float title_row_px = 17.0f, tick_row_px = 16.0f, legend_row_px = 17.0f, swatch_px = 18.0f;
constexpr float line_px = 1.6f, dash_on_px = 5.0f, dash_off_px = 4.0f, baseline = 0.36f;

std::string axis_text(const PlotAxis& axis) {
    return axis.title + (axis.unit.empty() ? "" : " (" + axis.unit + ")");
}

Range axis_range(const LinePlot& plot, const PlotAxis& axis, std::vector<double> Series::*values) {
    std::vector<double> all;
    for (const Series& series : plot.series)
        all.insert(all.end(), (series.*values).begin(), (series.*values).end());
    if (axis.low) all.push_back(*axis.low);
    if (axis.high) all.push_back(*axis.high);
    return range_of(all);
}

// A little above and below, so that a curve does not lie on the frame, but never across a stated end.
Range with_room(Range range, const PlotAxis& axis) {
    const double room = 0.05 * range.size();
    if (!axis.low || range.low < *axis.low) range.low -= room;
    if (!axis.high || range.high > *axis.high) range.high += room;
    return range;
}

void add_axes(PlotPicture& picture, const LinePlot& plot, PlotFrame& frame, const PlotLook& look) {
    const float s = look.scale;
    const std::vector<Tick> y_ticks = nice_ticks(frame.y, 5, plot.y.whole);
    float label_width = 0.0f;
    for (const Tick& tick : y_ticks)
        label_width = std::max(label_width, look.measure(tick.text, look.text_px * s, false));
    frame.min.x = label_width + 8.0f * s;
    for (const Tick& tick : y_ticks) {
        const float y = frame.px(frame.x.low, tick.value).y;
        picture.lines.push_back({{frame.min.x, y}, {frame.max.x, y}, look.colors.rule, s});
        picture.labels.push_back(plot_label(
            look, tick.text, {frame.min.x - 6.0f * s, y + baseline * look.text_px * s}, LabelAlign::right));
    }
    const auto most = static_cast<int>((frame.max.x - frame.min.x) / (34.0f * s));
    for (const Tick& tick : nice_ticks(frame.x, std::clamp(most, 1, 12), plot.x.whole)) {
        const float x = frame.px(tick.value, frame.y.low).x;
        picture.lines.push_back({{x, frame.max.y}, {x, frame.max.y + 3.0f * s}, look.colors.dim_text, s});
        // The outermost stay inside the plot.
        const float half = 0.5f * look.measure(tick.text, look.text_px * s, false);
        const float at = std::clamp(x, half, std::max(half, picture.size_px.x - half));
        picture.labels.push_back(
            plot_label(look, tick.text, {at, frame.max.y + 14.0f * s}, LabelAlign::center));
    }
    picture.lines.push_back(
        {{frame.min.x, frame.max.y}, {frame.max.x, frame.max.y}, look.colors.dim_text, s});
    picture.lines.push_back(
        {{frame.min.x, frame.min.y}, {frame.min.x, frame.max.y}, look.colors.dim_text, s});
    picture.labels.push_back(plot_label(look, axis_text(plot.y), {0.0f, 11.0f * s}, LabelAlign::left, true));
    picture.labels.push_back(plot_label(look, axis_text(plot.x),
                                        {frame.max.x, frame.max.y + (tick_row_px + 11.0f) * s},
                                        LabelAlign::right, true));
}

void add_curve(PlotPicture& picture, const Series& series, const PlotFrame& frame, float scale) {
    std::optional<glm::vec2> before;
    bool is_alone = true;
    float phase = 0.0f;
    const size_t count = std::min(series.x.size(), series.y.size());
    for (size_t i = 0; i < count; ++i) {
        if (!std::isfinite(series.x[i]) || !std::isfinite(series.y[i])) {
            before.reset();
            continue;
        }
        const glm::vec2 now = frame.px(series.x[i], series.y[i]);
        const bool next_is_there =
            i + 1 < count && std::isfinite(series.x[i + 1]) && std::isfinite(series.y[i + 1]);
        is_alone = !before && !next_is_there;
        if (is_alone) picture.dots.push_back({now, 2.5f * scale, series.color});
        if (before) {
            const PlotLine line{*before, now, series.color, line_px * scale};
            if (series.dashed)
                add_dashes(picture, line, dash_on_px * scale, dash_off_px * scale, phase);
            else
                picture.lines.push_back(line);
        }
        before = now;
    }
}

std::optional<double> nearest_x(const LinePlot& plot, const PlotFrame& frame, glm::vec2 pointer) {
    if (pointer.x < frame.min.x - 4.0f || pointer.x > frame.max.x + 4.0f || pointer.y < frame.min.y ||
        pointer.y > frame.max.y)
        return {};
    std::optional<double> nearest;
    float least = INFINITY;
    for (const Series& series : plot.series) {
        for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
            if (!std::isfinite(series.x[i]) || !std::isfinite(series.y[i])) continue;
            const float away = std::abs(frame.px(series.x[i], frame.y.low).x - pointer.x);
            if (away >= least) continue;
            least = away;
            nearest = series.x[i];
        }
    }
    return nearest;
}

void add_legend(PlotPicture& picture, const LinePlot& plot, float top, std::optional<double> x,
                const PlotLook& look) {
    const float s = look.scale, width = picture.size_px.x;
    float y = top;
    for (const Series& series : plot.series) {
        y += legend_row_px * s;
        const float middle = y - 0.32f * look.text_px * s;
        const PlotLine swatch{{0.0f, middle}, {swatch_px * s, middle}, series.color, line_px * s};
        float phase = 0.0f;
        if (series.dashed)
            add_dashes(picture, swatch, dash_on_px * s, dash_off_px * s, phase);
        else
            picture.lines.push_back(swatch);
        std::string number = series.note;
        if (x) {
            const std::optional<double> value = value_at(series, *x);
            number = value ? exact_text(*value) : "";
        }
        Label name = plot_label(look, series.name, {(swatch_px + 6.0f) * s, y}, LabelAlign::left, true);
        const float taken = number.empty() ? 0.0f : look.measure(number, name.size_px, false) + 10.0f * s;
        name.max_width_px = std::max(10.0f, width - (swatch_px + 6.0f) * s - taken);
        picture.labels.push_back(std::move(name));
        if (!number.empty())
            picture.labels.push_back(plot_label(look, number, {width, y}, LabelAlign::right, x.has_value()));
    }
}

}  // namespace

glm::vec2 PlotFrame::px(double x_value, double y_value) const {
    const double right = (x_value - x.low) / x.size(), up = (y_value - y.low) / y.size();
    return {min.x + static_cast<float>(right) * (max.x - min.x),
            max.y - static_cast<float>(up) * (max.y - min.y)};
}

std::optional<double> value_at(const Series& series, double x) {
    for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i)
        if (series.x[i] == x) return series.y[i];
    return {};
}

LinePlotPicture line_plot_picture(const LinePlot& plot, float width_px, float height_px, const PlotLook& look,
                                  std::optional<glm::vec2> pointer) {
    const float s = look.scale;
    LinePlotPicture result;
    PlotFrame& frame = result.frame;
    frame.min = {0.0f, title_row_px * s};
    frame.max = {width_px - 4.0f * s, title_row_px * s + height_px};
    frame.x = axis_range(plot, plot.x, &Series::x);
    frame.y = with_room(axis_range(plot, plot.y, &Series::y), plot.y);
    const float legend_top = frame.max.y + (2.0f * tick_row_px) * s;
    PlotPicture& picture = result.picture;
    picture.size_px = {width_px,
                       legend_top + (legend_row_px * static_cast<float>(plot.series.size()) + 6.0f) * s};
    add_axes(picture, plot, frame, look);
    if (pointer) result.pointed_x = nearest_x(plot, frame, *pointer);
    for (const Series& series : plot.series) add_curve(picture, series, frame, s);
    if (result.pointed_x) {
        const float x = frame.px(*result.pointed_x, frame.y.low).x;
        picture.lines.push_back({{x, frame.min.y}, {x, frame.max.y}, look.colors.dim_text, s});
        for (const Series& series : plot.series) {
            const std::optional<double> y = value_at(series, *result.pointed_x);
            if (y && std::isfinite(*y))
                picture.dots.push_back({frame.px(*result.pointed_x, *y), 3.5f * s, series.color});
        }
        picture.labels.push_back(plot_label(look, plot.x.title + " " + exact_text(*result.pointed_x),
                                            {frame.max.x, 11.0f * s}, LabelAlign::right, true));
    }
    add_legend(picture, plot, legend_top, result.pointed_x, look);
    return result;
}

}  // namespace weft
