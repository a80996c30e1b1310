#include "scenes/color_bar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "scenes/label_placement.h"
#include "scenes/quantity.h"

namespace weft {
namespace {

constexpr int steps = 64;
constexpr float height_px = 8.0f, tick_px = 3.0f;

// Where a share -1..1 (or 0..1) of the scale stands, 0..1 from the left.
float position_of(const ColorScale& colors, float share) {
    const float way = colors.is_linear ? share : std::copysign(std::sqrt(std::abs(share)), share);
    return colors.is_signed ? 0.5f + 0.5f * way : way;
}

std::vector<float> shares_of(const ColorScale& colors) {
    if (colors.is_signed) return {-1.0f, -0.25f, 0.0f, 0.25f, 1.0f};
    if (colors.is_linear) return {0.0f, 0.25f, 0.5f, 0.75f, 1.0f};
    return {0.0f, 0.05f, 0.2f, 0.5f, 1.0f};
}

// A scale's place and its numbers.
struct Strip {
    const ColorScale& colors;
    const MeasureText& measure;
    float left, width, digits_px, scale;

    float x_of(float share) const { return left + width * position_of(colors, share); }
    float half_width(float share) const {
        return 0.5f * measure(number_text(share * colors.scale), digits_px, false) + 2.0f * scale;
    }
};

float digits_of(float text_px) {
    return std::max(least_text_px, 11.0f / 13.0f * text_px);
}

void add_strip(DrawList& list, const Strip& strip, const Theme& theme, float top) {
    const ColorScale& colors = strip.colors;
    const float height = height_px * strip.scale;
    for (int i = 0; i < steps; ++i) {
        const float position = (static_cast<float>(i) + 0.5f) / static_cast<float>(steps);
        ScreenRect rect;
        rect.min = {strip.left + strip.width * static_cast<float>(i) / steps, top};
        rect.max = {strip.left + strip.width * static_cast<float>(i + 1) / steps, top + height};
        rect.fill = colors.is_signed ? difference_color(theme, 2.0f * position - 1.0f)
                                     : map_color(theme, colors.map, position);
        list.rects.push_back(rect);
    }
    const std::vector<float> shares = shares_of(colors);
    const float last = shares.back();
    float free_from = -1e9f;
    for (const float share : shares) {
        const float x = strip.x_of(share), half = strip.half_width(share);
        const bool fits =
            x - half >= free_from && (share == last || x + half <= strip.x_of(last) - strip.half_width(last));
        if (!fits && share != last) continue;
        free_from = x + half;
        ScreenRect tick;
        tick.min = {x - 0.5f * strip.scale, top + height};
        tick.max = {x + 0.5f * strip.scale, top + height + tick_px * strip.scale};
        tick.fill = theme.dim_text;
        list.rects.push_back(tick);
        Label label;
        label.text = number_text(share * colors.scale);
        label.size_px = strip.digits_px;
        label.color = theme.dim_text;
        label.align = LabelAlign::center;
        label.position = {x, top + height + tick_px * strip.scale + strip.digits_px};
        list.labels.push_back(std::move(label));
    }
}

}  // namespace

float add_color_bar(DrawList& list, const ColorBar& bar, const Theme& theme, const MeasureText& measure,
                    float text_px, float scale) {
    Label title;
    title.text = bar.title;
    title.size_px = text_px;
    title.color = theme.dim_text;
    title.align = LabelAlign::right;
    title.position = {bar.right_px, bar.top_px};
    const float title_left = bar.right_px - measure(bar.title, text_px, false);
    list.labels.push_back(std::move(title));
    const float left = bar.right_px - bar.width_px;
    const Strip strip{bar.colors, measure, left, bar.width_px, digits_of(text_px), scale};
    add_strip(list, strip, theme, bar.top_px + 0.5f * text_px);
    return std::min(left - strip.half_width(shares_of(bar.colors).front()), title_left);
}

float add_color_scale(DrawList& list, const ColorScale& colors, float left_px, float right_px, float top_px,
                      const Theme& theme, const MeasureText& measure, float text_px, float scale) {
    Strip strip{colors, measure, left_px, right_px - left_px, digits_of(text_px), scale};
    const std::vector<float> shares = shares_of(colors);
    // The numbers at both ends stand within the room, too.
    const float before = strip.half_width(shares.front()), after = strip.half_width(shares.back());
    strip.left += before;
    strip.width = std::max(strip.width - before - after, 1.0f);
    add_strip(list, strip, theme, top_px);
    return top_px + (height_px + tick_px) * scale + 1.2f * strip.digits_px;
}

}  // namespace weft
