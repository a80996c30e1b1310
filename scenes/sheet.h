// What the flat sheets have in common: where their words stand, their title, the key of their colours. Pure;
// any thread.
#pragma once

#include <string>

#include "scenes/color_bar.h"
#include "scenes/text_stack.h"
#include "scenes/theme.h"

namespace weft {

// With what a sheet is drawn. References outlive the call that draws it.
struct SheetPage {
    const TextStackPlan& stack;  // whose numbers lie on it
    const ViewState& view;
    const ViewMotion& motion;
    const Viewport& viewport;
    const MeasureText& measure;
    const Theme& colors;
    float scale, text_px;

    float measured(const std::string& text) const { return measure(text, text_px, false); }
    float right_px() const;  // where a docked panel or the margin begins
    float foot_px() const;   // the middle of the row of keys
    Label label(std::string text, glm::vec2 position, LabelAlign align, bool strong) const;
    // A bar of the foot, at the right.
    ColorBar color_bar(std::string title, float largest, bool is_signed) const;
    float add(DrawList& list, const ColorBar& bar) const;  // the leftmost x that it takes
    // The picture's title, and what the sheet is about.
    void add_title(DrawList& list, const std::string& about) const;
};

SheetPage sheet_page(const TextStackPlan& stack, const ViewState& view, const ViewMotion& motion,
                     const Viewport& viewport, const MeasureText& measure);

// Ground and camera, nothing on it yet.
DrawList empty_sheet(const ViewState& view, const Viewport& viewport);

// An image as a part of the sheet, px.
void add_to_sheet(DrawList& list, std::shared_ptr<const Image> image, glm::vec2 low, glm::vec2 size,
                  bool nearest);

}  // namespace weft
