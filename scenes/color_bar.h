// A weight map with its numbers, as the key of pictures whose colour is a number. Pure; any thread.
#pragma once

#include <string>

#include "scenes/text_stack.h"
#include "scenes/theme.h"

namespace weft {

struct ColorBar {
    std::string title;       // what the number is, and its unit
    float scale = 1.0f;      // of the numbers: what the brightest colour stands for
    bool is_signed = false;  // from -scale to scale instead of from 0 to scale
    float width_px = 150.0f, right_px = 0.0f, top_px = 0.0f;  // top of its title
};

// Colour goes by the square root, ticks stand where their numbers are. Returns the leftmost x that it takes.
float add_color_bar(DrawList& list, const ColorBar& bar, const Theme& theme, const MeasureText& measure,
                    float text_px, float scale);

}  // namespace weft
