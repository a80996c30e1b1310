// "weft models": what lies in the models folder; with --model, what one model is. Reads config.json only.
#pragma once

#include <string>

#include "app/command_line.h"

namespace weft {

// "all-MiniLM-L6-v2  bert, 6 layers x 12 heads, hidden 384, up to 512 tokens", or the name and why it can't
// be used.
std::string model_line(const std::string& name, const std::string& folder);

int run_models(const Options& options);  // returns the exit code

}  // namespace weft
