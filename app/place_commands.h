// Saved places in the running window. Main thread.
#pragma once

#include "app/program.h"

namespace weft {

// Before each frame: opens the places of the model that is shown, sets the pins, and asks for the picture of
// a place that has none once the camera stands there.
void update_places(Program& program);

}  // namespace weft
