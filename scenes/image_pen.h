// What all parts of an image stack's picture see. Private to scenes/image_stack*.cpp.
#pragma once

#include "scenes/image_stack.h"
#include "scenes/theme.h"

namespace weft {

struct ImagePen {
    DrawList& list;
    const ImageStackPlan& plan;
    const ViewState& view;
    const ViewMotion& motion;
    const ImageStackLayout& layout;
    const Theme& colors;
    const Camera& camera;
    const Viewport& viewport;
};

constexpr float bar_below_u = 0.35f, bar_u = 0.16f;  // below the pane with numbers, of what is no patch

// How far the pages have come to rest: lines join panes that stand where they belong.
float at_rest(const ImagePen& pen);
// The patch under the pointer; -1: none.
int pointed_patch(const ImagePen& pen);
void add_image_words(ImagePen& pen, const MeasureText& measure);

}  // namespace weft
