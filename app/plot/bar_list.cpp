#include "app/plot/bar_list.h"

#include <algorithm>
#include <cmath>

#include "app/plot/ticks.h"

namespace weft {

namespace {

constexpr float row_height_px = 18.0f, gap_px = 8.0f;

std::string number_of(const Bar& bar) {
    return bar.text.empty() ? exact_text(bar.value) : bar.text;
}

}  // namespace

BarListPicture bar_list_picture(const std::vector<Bar>& bars, float width_px, const PlotLook& look,
                                glm::vec4 positive, glm::vec4 negative, std::optional<glm::vec2> pointer) {
    const float s = look.scale, size = look.text_px * s;
    BarListPicture result;
    result.row_px = row_height_px * s;
    PlotPicture& picture = result.picture;
    picture.size_px = {width_px, result.row_px * static_cast<float>(bars.size())};
    float names = 0.0f, numbers = 0.0f;
    double low = 0.0, high = 0.0;
    for (const Bar& bar : bars) {
        names = std::max(names, look.measure(bar.name, size, false));
        numbers = std::max(numbers, look.measure(number_of(bar), size, false));
        if (!std::isfinite(bar.value)) continue;
        low = std::min(low, bar.value);
        high = std::max(high, bar.value);
    }
    names = std::min(names, 0.45f * width_px);
    const float left = names + gap_px * s, right = std::max(left, width_px - numbers - gap_px * s);
    const double span = high - low;
    result.zero_px = span > 0.0 ? left + static_cast<float>(-low / span) * (right - left) : left;
    if (pointer && pointer->x >= 0.0f && pointer->x < width_px && pointer->y >= 0.0f &&
        pointer->y < picture.size_px.y)
        result.pointed = static_cast<size_t>(pointer->y / result.row_px);
    for (size_t i = 0; i < bars.size(); ++i) {
        const Bar& bar = bars[i];
        const float top = result.row_px * static_cast<float>(i);
        const bool strong = bar.is_chosen || result.pointed == i;
        if (std::isfinite(bar.value) && span > 0.0) {
            const float end = result.zero_px + static_cast<float>(bar.value / span) * (right - left);
            picture.rects.push_back({{std::min(end, result.zero_px), top + 4.0f * s},
                                     {std::max(end, result.zero_px), top + result.row_px - 4.0f * s},
                                     bar.value < 0.0 ? negative : positive});
        }
        const float base = top + 0.5f * result.row_px + 0.36f * size;
        picture.labels.push_back(plot_label(look, bar.name, {names, base}, LabelAlign::right, strong));
        picture.labels.back().max_width_px = names + 1.0f;
        picture.labels.push_back(plot_label(look, number_of(bar), {width_px, base}, LabelAlign::right, true));
    }
    if (!bars.empty())
        picture.lines.push_back(
            {{result.zero_px, 0.0f}, {result.zero_px, picture.size_px.y}, look.colors.dim_text, s});
    return result;
}

}  // namespace weft
