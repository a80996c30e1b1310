// "weft analyze --text-file": every line of a file through one model, its heads' numbers as mean and
// deviation. Main thread.
#pragma once

#include "analysis/model.h"
#include "app/command_line.h"

namespace weft {

// The methods whose numbers have one value a head, or one a head and row; what is computed where --methods
// says nothing. Throws UsageError for another one.
std::set<std::string> text_file_methods(const Options& options);

// Loads the model, runs, writes. Progress on stderr; broken lines are counted and named there and in the
// file. After Ctrl-C nothing is written. Returns the exit code.
int run_text_file(const Options& options);
// The same with a model that is there already.
int run_text_file(Model& model, const Options& options);

}  // namespace weft
