// The image of a stack with the numbers of its patches on it: on panes, on tiles, in a tower. Pure; any
// thread.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "scenes/image_stack.h"

namespace weft {

// An image with what lies on it.
struct ImageFace {
    float grey_opacity = 0.0f;   // of the image without colour; 0: none
    float color_opacity = 0.0f;  // of the image
    bool has_numbers = false;
    glm::ivec2 first{0};                   // cell of the numbers
    std::shared_ptr<const Image> numbers;  // null: the plan's
    float opacity = 1.0f;                  // of all of it
    float pixels = 400.0f;                 // its longer side on the picture
};
// `place`: from a rectangle of the image, in its pixels, to its corners.
using PlaceRect = std::function<std::array<glm::vec3, 4>(const Rect&)>;
void add_image_face(std::vector<TexturedPlane>& planes, const ImageStackPlan& plan, const PlaceRect& place,
                    const ImageFace& face);
std::shared_ptr<const Image> one_pixel();
// Hides what is behind it, as dark as an unlit pane.
TexturedPlane image_plate(const std::array<glm::vec3, 4>& corners, ThemeName theme);
// How much of the grey image is seen under numbers, and on the pane of queries.
float grey_under_numbers(const ImageStackPlan& plan);
float grey_of_queries(const ImageStackPlan& plan);
// What the image covers; without one, what the patches do.
Rect image_area(const ImageStackPlan& plan);

}  // namespace weft
