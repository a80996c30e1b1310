// "weft models": the models on this machine; with --model, what one of them is; with --json, for programs.
#pragma once

#include "app/command_line.h"

namespace weft {

int run_models(const Options& options);  // returns the exit code

}  // namespace weft
