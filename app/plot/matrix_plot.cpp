#include "app/plot/matrix_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weft {

namespace {

constexpr float column_angle_rad = 0.9599f;  // 55 degrees
constexpr float gap_px = 1.0f;
// Column names up to this width, at scale 1, such as numbers, stand upright over their cells.
constexpr float upright_px = 18.0f;

float widest(const std::vector<std::string>& names, const PlotLook& look) {
    float width = 0.0f;
    for (const std::string& name : names)
        width = std::max(width, look.measure(name, look.text_px * look.scale, false));
    return width;
}

// Ink that is read on this colour: black or white by its lightness.
glm::vec4 ink_on(glm::vec4 c) {
    const float light = 0.2126f * c.r * c.r + 0.7152f * c.g * c.g + 0.0722f * c.b * c.b;
    return light > 0.2f ? glm::vec4{0.0f, 0.0f, 0.0f, 1.0f} : glm::vec4{1.0f};
}

}  // namespace

std::string cell_number(double value, float room_px, float size_px, const MeasureText& measure) {
    if (!std::isfinite(value)) return "";
    for (const int decimals : {2, 1, 0}) {
        char text[40];
        std::snprintf(text, sizeof text, "%.*f", decimals, value);
        std::string number = text;
        if (number.find_first_not_of("-0.") == std::string::npos) number = "0";
        if (number.starts_with("0.")) number.erase(0, 1);
        if (number.starts_with("-0.")) number.erase(1, 1);
        // No decimals would turn a share into nothing.
        if (decimals == 0 && std::abs(value) < 1.0 && value != std::round(value)) return "";
        if (measure(number, size_px, false) <= room_px) return number;
    }
    return "";
}

MatrixPlotPicture matrix_plot_picture(const MatrixPlot& plot, float width_px, const PlotLook& look,
                                      std::optional<glm::vec2> pointer, float largest_cell_px) {
    const float s = look.scale, size = look.text_px * s;
    MatrixPlotPicture result;
    PlotPicture& picture = result.picture;
    const size_t rows = plot.rows.size(), columns = plot.columns.size();
    if (rows == 0 || columns == 0) return result;
    const float row_names = std::min(widest(plot.rows, look), 0.45f * width_px);
    const float name_length = std::min(widest(plot.columns, look), 0.45f * width_px);
    const bool is_upright = name_length <= upright_px * s;
    const float column_names = is_upright ? size : name_length * std::sin(column_angle_rad) + size;
    const float overhang = is_upright ? 0.0f : name_length * std::cos(column_angle_rad) + 0.3f * size + 1.0f;
    result.origin = {row_names + 6.0f * s, column_names + 4.0f * s};
    const auto across = static_cast<float>(columns);
    // The last column's name leans out to the right of its cell.
    const float room = width_px - result.origin.x;
    const float by_names = is_upright ? room / across : (room - overhang) / (across - 0.5f);
    result.cell_px = std::max(4.0f * s, std::floor(std::min({room / across, by_names, largest_cell_px * s})));
    picture.size_px = {width_px, result.origin.y + result.cell_px * static_cast<float>(rows) + 2.0f * s};
    if (pointer) {
        const glm::vec2 cell = (*pointer - result.origin) / result.cell_px;
        if (cell.x >= 0.0f && cell.y >= 0.0f && cell.x < across && cell.y < static_cast<float>(rows))
            result.pointed = MatrixCell{static_cast<size_t>(cell.y), static_cast<size_t>(cell.x)};
    }
    for (size_t r = 0; r < rows; ++r) {
        for (size_t c = 0; c < columns; ++c) {
            const size_t index = r * columns + c;
            const double value = index < plot.values.size() ? plot.values[index] : NAN;
            const glm::vec2 low =
                result.origin + result.cell_px * glm::vec2{static_cast<float>(c), static_cast<float>(r)};
            const glm::vec2 high = low + glm::vec2{result.cell_px - gap_px * s};
            if (!std::isfinite(value)) {
                picture.rects.push_back({low, high, look.colors.rule, true});
                continue;
            }
            const glm::vec4 color = plot.color(value);
            picture.rects.push_back({low, high, color});
            const std::string number = cell_number(value, result.cell_px - 3.0f * s, size, look.measure);
            if (number.empty()) continue;
            Label label = plot_label(look, number, (low + high) * 0.5f + glm::vec2{0.0f, 0.36f * size},
                                     LabelAlign::center);
            label.color = ink_on(color);
            picture.labels.push_back(std::move(label));
        }
    }
    for (size_t r = 0; r < rows; ++r) {
        const float y = result.origin.y + result.cell_px * (static_cast<float>(r) + 0.5f) + 0.36f * size;
        picture.labels.push_back(plot_label(look, plot.rows[r], {result.origin.x - 6.0f * s, y},
                                            LabelAlign::right, result.pointed && result.pointed->row == r));
        picture.labels.back().max_width_px = row_names + 1.0f;
    }
    for (size_t c = 0; c < columns; ++c) {
        const float x = result.origin.x + result.cell_px * (static_cast<float>(c) + 0.5f);
        const bool is_pointed = result.pointed && result.pointed->column == c;
        const float shift = is_upright ? 0.0f : 0.3f * size;
        picture.labels.push_back(plot_label(look, plot.columns[c], {x + shift, result.origin.y - 5.0f * s},
                                            is_upright ? LabelAlign::center : LabelAlign::left, is_pointed));
        if (is_upright) continue;
        picture.labels.back().angle_rad = column_angle_rad;
        picture.labels.back().max_width_px = name_length + 1.0f;
    }
    if (result.pointed) {
        const glm::vec2 low = result.origin + result.cell_px * glm::vec2{float(result.pointed->column),
                                                                         float(result.pointed->row)};
        picture.rects.push_back({low - s, low + result.cell_px, look.colors.text, true});
    }
    return result;
}

}  // namespace weft
