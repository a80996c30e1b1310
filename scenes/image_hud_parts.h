// What all parts of an image stack's HUD see. Private to scenes/image_hud*.cpp.
#pragma once

#include "scenes/hud.h"
#include "scenes/image_hud.h"
#include "scenes/theme.h"

namespace weft {

struct ImageHud {
    DrawList& list;
    const ImageStackPlan& plan;
    const TextStackPlan& stack;
    const ViewState& view;
    const ViewMotion& motion;
    const Viewport& viewport;
    const MeasureText& measure;
    const Theme& colors;
    ImageHudLayout at;
    float width() const { return static_cast<float>(viewport.size.x); }
};

constexpr float image_key_line_em = 1.28f;  // from one line of the key to the next

void add_image_ledger(ImageHud& hud);

}  // namespace weft
