// "weft analyze": one text through one model, written as numbers. Main thread.
#pragma once

#include <functional>

#include "app/analysis_run.h"
#include "app/command_line.h"

namespace weft {

AnalysisRequest analysis_request_of(const Options& options);

// Throws UsageError for a suffix that is not written, Error where the folder is missing.
void check_analysis_path(const std::string& path);

// Writes what a run found to options.output; throws Error. Whole or not at all.
using WriteAnalysis =
    std::function<void(const AnalysisRun& run, const AnalysisRequest& request, const Options& options)>;

// As analysis/export.h does; the WriteAnalysis of the program.
void export_run(const AnalysisRun& run, const AnalysisRequest& request, const Options& options);

// Loads the model, runs, writes. Progress on stderr; after Ctrl-C nothing is written. Returns the exit code.
int run_analyze(const Options& options);
// The same with a model that is there already.
int run_analyze(Model& model, const Options& options, const WriteAnalysis& write);

}  // namespace weft
