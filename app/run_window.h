// The program with a window, from the first frame to the last.
#pragma once

#include "app/command_line.h"

namespace weft {

// Returns the exit code. Throws weft::Error where no window or device can be had.
int run_window(const Options& options);

}  // namespace weft
