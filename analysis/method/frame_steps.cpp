#include "analysis/method/frame_steps.h"

#include <algorithm>
#include <iterator>
#include <thread>

#include "analysis/method/method_table.h"
#include "analysis/method/result_store.h"

namespace weft {

namespace {

constexpr std::chrono::milliseconds look_every{5};  // for a newer text, during the pause

using Stop = std::function<bool()>;

// False: `stop` said so before the text had rested.
bool wait_for_pause(const AnalysisRequest& request, const Stop& stop) {
    using Clock = std::chrono::steady_clock;
    const std::chrono::duration<double, std::milli> pause(request.options.pause_ms);
    const auto until = request.arrived + std::chrono::duration_cast<Clock::duration>(pause);
    while (Clock::now() < until) {
        if (stop()) return false;
        std::this_thread::sleep_for(std::min<Clock::duration>(look_every, until - Clock::now()));
    }
    return !stop();
}

std::set<std::string> methods_of(const FrameStep& step) {
    return step.methods.empty() ? std::set{step.name} : step.methods;
}

// The methods of one request on one input that are not computed twice.
class Kept {
  public:
    Kept(const AttentionFrame& frame, const AnalysisRequest& request) : request_(request) {
        if (request.results) input_ = input_key(frame, request.options.ablations);
    }

    // True: all that the step adds is in the frame now.
    bool take(const FrameStep& step, AttentionFrame& frame) const {
        if (!request_.results) return false;
        bool has_all = true;
        for (const std::string& method : methods_of(step)) {
            if (request_.results->take(input_, method, request_.options.method, frame)) {
                frame.timings_ms[method] = 0;
                frame.kept.insert(method);
            } else {
                has_all = false;
            }
        }
        return has_all;
    }
    void keep(const FrameStep& step, AttentionFrame& frame) const {
        for (const std::string& method : methods_of(step)) {
            frame.kept.erase(method);
            if (request_.results && request_.options.wants(method))
                request_.results->keep(input_, method, request_.options.method, frame);
        }
    }

  private:
    const AnalysisRequest& request_;
    std::string input_;
};

struct Run {
    AttentionFrame& frame;
    const AnalysisRequest& request;
    const Stop& superseded;
    const std::function<void(FramePtr)>& post;
    FramePtr posted;

    void post_now() {
        posted = std::make_shared<const AttentionFrame>(frame);
        post(posted);
    }

    bool is_cancelled() const { return request.progress && request.progress->cancelled; }

    // False: it was stopped.
    bool step(const FrameStep& step) {
        const FramePtr before = posted;
        const StepContext context{[&] { return superseded() || is_cancelled(); },
                                  [&](float fraction) {
                                      if (request.progress) request.progress->fraction = fraction;
                                  },
                                  [&] {
                                      ++frame.part;
                                      post_now();
                                  }};
        if (step.is_cheap || !request.options.keeps_going) return step.run(frame, context);
        try {
            return step.run(frame, context);
        } catch (const Error& error) {
            const uint32_t part = posted->part;
            frame = *before;
            frame.part = part;
            for (const std::string& method : methods_of(step))
                frame.failures[method] = {error.what(), error.hint()};
            return true;
        }
    }

    bool has_failed(const FrameStep& step) const {
        return frame.failures.contains(*methods_of(step).begin());
    }

    // With what was posted last, as far as it is.
    bool end_cancelled() {
        frame = *posted;
        ++frame.part;
        frame.complete = true;
        post_now();
        return true;
    }
};

}  // namespace

bool run_steps(AttentionFrame& frame, const AnalysisRequest& request, std::vector<FrameStep> steps,
               const std::function<bool()>& superseded, const std::function<void(FramePtr)>& post) {
    const Stop newer = [&] { return superseded && superseded(); };
    std::ranges::move(attention_steps(request), std::back_inserter(steps));
    std::ranges::stable_partition(steps, &FrameStep::is_cheap);
    const Kept kept(frame, request);
    std::erase_if(steps, [&](const FrameStep& step) { return kept.take(step, frame); });

    Run run{frame, request, newer, post, nullptr};
    frame.part = 0;
    frame.complete = steps.empty();
    run.post_now();
    bool has_rested = false;
    for (size_t i = 0; i < steps.size(); ++i) {
        const FrameStep& step = steps[i];
        if (!step.is_cheap && !has_rested) {
            if (!wait_for_pause(request, newer)) return false;
            has_rested = true;
        }
        if (run.is_cancelled()) return run.end_cancelled();
        if (request.progress)
            request.progress->begin(step.name, step.is_cheap ? AnalysisProgress::patience_s : 0);
        const Stopwatch watch;
        const bool done = run.step(step);
        if (request.progress) request.progress->end();
        if (newer()) return false;
        if (!done) return run.is_cancelled() && run.end_cancelled();
        if (!run.has_failed(step)) kept.keep(step, frame);
        frame.timings_ms[step.name] = watch.elapsed_ms();
        ++frame.part;
        frame.complete = i + 1 == steps.size();
        run.post_now();
    }
    return true;
}

}  // namespace weft
