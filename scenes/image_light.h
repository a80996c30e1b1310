// Light on an image goes from one row of numbers to the next instead of jumping. Pure; any thread.
#pragma once

#include <memory>

#include "scenes/image_stack.h"

namespace weft {

// Cells between those of `from` and of `to`; null: no light. As `to` is, where they are not of one size or
// `part` is 1.
std::shared_ptr<const Image> mixed_numbers(const std::shared_ptr<const Image>& from,
                                           const std::shared_ptr<const Image>& to, float part);

// Whether both show the same numbers in the same place.
bool same_light(const ImageStackPlan& a, const ImageStackPlan& b);

// What lies on a pane while the light goes from `former` (null: from nowhere) to that of `plan`.
struct PaneLight {
    std::shared_ptr<const Image> numbers;  // null: none
    float grey = 0.0f;                     // opacity of the grey image below them
};
PaneLight light_on(const ImageStackPlan& plan, const ImageStackPlan* former, float part, int pane);

// The plan that the light comes from, if it can go over to that of `plan`; else null.
const ImageStackPlan* former_light(const ImageStackPlan& plan, const ViewMotion& motion);

}  // namespace weft
