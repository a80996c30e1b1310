// "weft view --output FILE.png": one picture without a window, the same path as a frame of the window.
#pragma once

#include "app/command_line.h"

namespace weft {

// Returns the exit code. Throws weft::Error. Same options, same machine: byte-identical files.
int run_view_picture(const Options& options);

}  // namespace weft
