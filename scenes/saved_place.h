// A view that was saved: the camera, and the shape of what it saw. A value.
#pragma once

#include <string>

#include "scenes/view_state.h"

namespace weft {

struct SavedPlace {
    int key = 0;  // 1..9: Ctrl and this digit fly there; 0: none
    std::string name;
    Camera camera;
    bool folded = false, stacked = false;
    int layer = -1, head = -1;  // of the head that it is inside; -1: outside
    bool operator==(const SavedPlace&) const = default;
};

}  // namespace weft
