// "weft merge": the parts of a text file's analysis as one. Main thread.
#pragma once

#include "app/command_line.h"

namespace weft {

int run_merge(const Options& options);  // returns the exit code

}  // namespace weft
