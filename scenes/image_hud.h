// What stands on the picture around an image stack: title, strip of heads, row of queries, ledger, key. Where
// it stands is known without a font, so that pointing finds it. Pure; any thread.
#pragma once

#include "scenes/camera_fit.h"
#include "scenes/image_stack.h"

namespace weft {

struct ImageHudLayout {
    float scale = 1.0f, text_px = 13.0f;
    float ledger_px = 0.0f;      // y of its upper border
    float panes_foot_px = 0.0f;  // the panes end above it
    glm::vec2 header{0.0f};      // baseline of the line over the strip
    struct Tile {
        int index = 0;  // in ImageStackPlan::strip
        ScreenBounds bounds;
    };
    std::vector<Tile> tiles;  // as many heads as have room, among them the shown one
    struct Query {
        int token = -1;  // -1: the mean of all
        ScreenBounds bounds;
    };
    std::vector<Query> queries;  // empty where rows have no query
    ScreenBounds key;
};
ImageHudLayout image_hud_layout(const ImageStackPlan& plan, const Viewport& viewport);

void add_image_hud(DrawList& list, const ImageStackPlan& plan, const TextStackPlan& stack,
                   const ViewState& view, const ViewMotion& motion, const Viewport& viewport,
                   const MeasureText& measure);

}  // namespace weft
