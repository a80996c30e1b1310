// "weft tokenize": one line of JSON a text on stdout. Main thread.
#pragma once

#include "app/command_line.h"

namespace weft {

int run_tokenize(const Options& options);  // returns the exit code

}  // namespace weft
