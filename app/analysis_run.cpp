#include "app/analysis_run.h"

#include <algorithm>
#include <vector>

namespace weft {

namespace {

std::array<double, 3> min_median_max(std::vector<double> values) {
    std::ranges::sort(values);
    const size_t middle = values.size() / 2;
    const double median = values.size() % 2 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
    return {values.front(), median, values.back()};
}

}  // namespace

AnalysisRun run_analysis(Model& model, const AnalysisRequest& request, int repeat,
                         const std::function<bool()>& interrupted,
                         const std::function<void(int)>& after_run) {
    AnalysisRun run;
    std::map<std::string, std::vector<double>> timings;
    const int runs = repeat == 0 ? 1 : repeat + 1;
    for (int i = 0; i < runs; ++i) {
        run.frame = nullptr;
        const bool done =
            model.analyze(request, interrupted, [&run](FramePtr frame) { run.frame = std::move(frame); });
        if (!done || interrupted()) return {};
        const bool warm_up = repeat > 0 && i == 0;
        if (!warm_up) {
            for (const auto& [name, ms] : run.frame->timings_ms) timings[name].push_back(ms);
        }
        after_run(i + 1);
    }
    for (auto& [name, values] : timings) run.timings_ms[name] = min_median_max(std::move(values));
    return run;
}

}  // namespace weft
