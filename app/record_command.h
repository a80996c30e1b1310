// "weft record": a video without a window, at a fixed time step, so that the same command gives the same
// frames.
#pragma once

#include "app/command_line.h"

namespace weft {

// Returns the exit code. Throws weft::Error. Ctrl-C ends the video early and properly.
int run_record(const Options& options);

}  // namespace weft
