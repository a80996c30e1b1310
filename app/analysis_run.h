// One text through one model, once or, for timings, often. Any thread that owns the model.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>

#include "analysis/model.h"

namespace weft {

struct AnalysisRun {
    FramePtr frame;  // of the last run, with all that was asked for
    // [min, median, max] in ms over the repeated runs; equal numbers where it ran once. The median of an even
    // count is the mean of the two in the middle.
    std::map<std::string, std::array<double, 3>> timings_ms;
};

// `repeat` 0: once, timed as it is. N > 0: one warm-up, then N timed runs. `interrupted` is asked often; then
// the frame is null. `after_run` hears how many of the runs are done.
AnalysisRun run_analysis(Model& model, const AnalysisRequest& request, int repeat,
                         const std::function<bool()>& interrupted, const std::function<void(int)>& after_run);

}  // namespace weft
