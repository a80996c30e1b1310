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

// "patch (row 6, column 4)", "[CLS]", "all tokens on average".
std::string query_name(const ImageStackPlan& plan);
std::string patch_name(const ImageStackPlan& plan, int patch);
// "layer 8, head 5", "layer 8, mean of 12 heads"
std::string place_name(const ImageStackPlan& plan);
// Of the key and the query pane.
std::string key_pane_name(const ImageStackPlan& plan);
std::string query_pane_name(const ImageStackPlan& plan);

// Whole percents by largest remainder: they add to 100, or are all 0.
std::vector<int> whole_percents(const std::vector<double>& shares);

void add_image_hud(DrawList& list, const ImageStackPlan& plan, const TextStackPlan& stack,
                   const ViewState& view, const ViewMotion& motion, const Viewport& viewport,
                   const MeasureText& measure);

// An image with what lies on it.
struct ImageFace {
    float grey_opacity = 0.0f;   // of the image without colour; 0: none
    float color_opacity = 0.0f;  // of the image
    bool has_numbers = false;
    glm::ivec2 first{0};    // cell of the numbers
    float opacity = 1.0f;   // of all of it
    float pixels = 400.0f;  // its longer side on the picture
};
// `place`: from a rectangle of the image, in its pixels, to its corners.
using PlaceRect = std::function<std::array<glm::vec3, 4>(const Rect&)>;
void add_image_face(std::vector<TexturedPlane>& planes, const ImageStackPlan& plan, const PlaceRect& place,
                    const ImageFace& face);
// How much of the grey image is seen under numbers, and on the pane of queries.
float grey_under_numbers(const ImageStackPlan& plan);
float grey_of_queries(const ImageStackPlan& plan);

}  // namespace weft
