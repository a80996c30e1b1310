// What can be taken back in the running window. Main thread.
#pragma once

#include "app/program.h"

namespace weft {

// Before each frame: notes what the user chose since the last one.
void update_history(Program& program);

}  // namespace weft
