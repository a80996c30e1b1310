// What a plot consists of, in pixels from its own top left corner: made by pure functions, drawn by
// draw_picture() in draw.h. Values; main thread.
#pragma once

#include <glm/glm.hpp>
#include <vector>

#include "app/ui_colors.h"
#include "renderer/draw_list.h"

namespace weft {

struct PlotLine {
    glm::vec2 a{0.0f}, b{0.0f};
    glm::vec4 color{1.0f};
    float width_px = 1.0f;
};
struct PlotRect {
    glm::vec2 min{0.0f}, max{0.0f};
    glm::vec4 color{1.0f};
    bool outline = false;  // else filled
};
struct PlotDot {
    glm::vec2 center{0.0f};
    float radius_px = 3.0f;
    glm::vec4 color{1.0f};
    bool outline = false;
};

// Rectangles first, then lines, then dots, then labels.
struct PlotPicture {
    glm::vec2 size_px{0.0f};
    std::vector<PlotRect> rects;
    std::vector<PlotLine> lines;
    std::vector<PlotDot> dots;
    std::vector<Label> labels;
};

// What a plot is drawn with. Sizes count at scale 1.
struct PlotLook {
    UiColors colors;
    float scale = 1.0f;
    MeasureText measure;
    float text_px = 11.0f;
};

Label plot_label(const PlotLook& look, std::string text, glm::vec2 position, LabelAlign align,
                 bool strong = false);

// A line that is broken into dashes; `phase_px` is where it begins in the pattern, moved on by its length, so
// that the dashes of a polyline do not start anew at each point.
void add_dashes(PlotPicture& picture, const PlotLine& line, float on_px, float off_px, float& phase_px);

}  // namespace weft
