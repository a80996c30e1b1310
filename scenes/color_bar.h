// The colours of a number with their numbers, as the key of pictures whose colour is a number. Pure; any
// thread.
#pragma once

#include <string>

#include "scenes/color_map.h"
#include "scenes/text_stack.h"
#include "scenes/theme.h"

namespace weft {

struct ColorScale {
    float scale = 1.0f;             // of the numbers: what the last colour stands for
    bool is_signed = false;         // from -scale to scale instead of from 0 to scale
    bool is_linear = false;         // else colour goes by the square root
    const ColorMap* map = nullptr;  // of numbers without a sign; null: the theme's
};

struct ColorBar {
    std::string title;  // what the number is, and its unit
    ColorScale colors;
    float width_px = 150.0f, right_px = 0.0f, top_px = 0.0f;  // top of its title
};

// Ticks stand where their numbers are. Returns the leftmost x that it takes.
float add_color_bar(DrawList& list, const ColorBar& bar, const Theme& theme, const MeasureText& measure,
                    float text_px, float scale);

// The colours alone, within `left_px` .. `right_px` with the ticks' numbers below them. Returns the y below.
float add_color_scale(DrawList& list, const ColorScale& colors, float left_px, float right_px, float top_px,
                      const Theme& theme, const MeasureText& measure, float text_px, float scale);

}  // namespace weft
