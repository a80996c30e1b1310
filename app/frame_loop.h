// What happens from one frame of the window to the next: events, news of the analysis, script, picture.
#pragma once

#include "app/program.h"
#include "app/script.h"

namespace weft {

// Until the window closes; the user interface stands. Returns the exit code. Main thread.
int run_frames(Program& program, Script script);

}  // namespace weft
