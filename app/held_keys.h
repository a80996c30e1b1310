// Which way the keys that are down ask the camera to fly. Set by the held commands (flight.forward ..). Main
// thread.
#pragma once

#include "app/flight.h"

namespace weft {

struct HeldFlight {
    bool forward = false, back = false, left = false, right = false, up = false, down = false;

    glm::vec3 direction() const {
        const auto axis = [](bool plus, bool minus) { return float(plus) - float(minus); };
        return {axis(right, left), axis(up, down), axis(forward, back)};
    }
    bool any() const { return forward || back || left || right || up || down; }
};

}  // namespace weft
