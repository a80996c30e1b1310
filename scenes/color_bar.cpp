#include "scenes/color_bar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "scenes/quantity.h"

namespace weft {
namespace {

constexpr int steps = 64;
constexpr float height_px = 8.0f;

// Where a share -1..1 (or 0..1) stands, 0..1 from the left.
float position_of(float share, bool is_signed) {
    const float root = std::copysign(std::sqrt(std::abs(share)), share);
    return is_signed ? 0.5f + 0.5f * root : root;
}

}  // namespace

float add_color_bar(DrawList& list, const ColorBar& bar, const Theme& theme, const MeasureText& measure,
                    float text_px, float scale) {
    const float title_width = measure(bar.title, text_px, false);
    const float left = bar.right_px - bar.width_px;
    Label title;
    title.text = bar.title;
    title.size_px = text_px;
    title.color = theme.dim_text;
    title.align = LabelAlign::right;
    title.position = {bar.right_px, bar.top_px};
    list.labels.push_back(std::move(title));

    const float top = bar.top_px + 0.5f * text_px, height = height_px * scale;
    for (int i = 0; i < steps; ++i) {
        const float position = (static_cast<float>(i) + 0.5f) / static_cast<float>(steps);
        const float signed_position = 2.0f * position - 1.0f;
        ScreenRect rect;
        rect.min = {left + bar.width_px * static_cast<float>(i) / steps, top};
        rect.max = {left + bar.width_px * static_cast<float>(i + 1) / steps, top + height};
        rect.fill = bar.is_signed ? difference_color(theme, signed_position)
                                  : weight_color(theme, position * position);
        list.rects.push_back(rect);
    }
    const std::vector<float> shares = bar.is_signed ? std::vector{-1.0f, -0.25f, 0.0f, 0.25f, 1.0f}
                                                    : std::vector{0.0f, 0.05f, 0.2f, 0.5f, 1.0f};
    const float digits_px = std::max(11.0f, 11.0f / 13.0f * text_px);
    const auto x_of = [&](float share) { return left + bar.width_px * position_of(share, bar.is_signed); };
    const auto half_width = [&](float share) {
        return 0.5f * measure(number_text(share * bar.scale), digits_px, false) + 2.0f * scale;
    };
    const float last = shares.back();
    float free_from = -1e9f;
    for (const float share : shares) {
        const float x = x_of(share);
        const bool fits = x - half_width(share) >= free_from &&
                          (share == last || x + half_width(share) <= x_of(last) - half_width(last));
        if (!fits && share != last) continue;
        free_from = x + half_width(share);
        ScreenRect tick;
        tick.min = {x - 0.5f * scale, top + height};
        tick.max = {x + 0.5f * scale, top + height + 3.0f * scale};
        tick.fill = theme.dim_text;
        list.rects.push_back(tick);
        Label label;
        label.text = number_text(share * bar.scale);
        label.size_px = digits_px;
        label.color = theme.dim_text;
        label.align = LabelAlign::center;
        label.position = {x, top + height + 3.0f * scale + digits_px};
        list.labels.push_back(std::move(label));
    }
    return std::min(left - half_width(shares.front()), bar.right_px - title_width);
}

}  // namespace weft
