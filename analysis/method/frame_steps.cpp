#include "analysis/method/frame_steps.h"

#include <algorithm>
#include <iterator>

namespace weft {

bool run_steps(AttentionFrame& frame, const AnalysisRequest& request, std::vector<FrameStep> steps,
               const std::function<bool()>& superseded, const std::function<void(FramePtr)>& post) {
    const auto stop = [&] { return superseded && superseded(); };
    const auto post_now = [&] { post(std::make_shared<const AttentionFrame>(frame)); };
    std::ranges::move(attention_steps(request), std::back_inserter(steps));
    std::ranges::stable_partition(steps, &FrameStep::is_cheap);
    frame.part = 0;
    frame.complete = steps.empty();
    post_now();
    const StepContext context{stop, [](float) {},
                              [&] {
                                  ++frame.part;
                                  post_now();
                              }};
    for (size_t i = 0; i < steps.size(); ++i) {
        const Stopwatch watch;
        if (!steps[i].run(frame, context) || stop()) return false;
        frame.timings_ms[steps[i].name] = watch.elapsed_ms();
        ++frame.part;
        frame.complete = i + 1 == steps.size();
        post_now();
    }
    return true;
}

}  // namespace weft
