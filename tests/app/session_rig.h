// Sessions for tests: of a synthetic trace, or live on a model without weights that notes what it is asked.
#pragma once

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <thread>

#include "analysis/error.h"
#include "analysis/method/frame_steps.h"
#include "app/session.h"
#include "tests/scenes/synthetic_frame.h"

namespace weft {

inline SessionSettings settings_of(FramePtr trace, ViewState view = {}) {
    SessionSettings settings;
    settings.trace = std::move(trace);
    settings.view = std::move(view);
    return settings;
}

inline const FramePtr two_stacks = synthetic::two_stacks(3, 2, 5, 8, synthetic::random(4));

inline FrameTensor numbers(std::vector<int64_t> shape, size_t count, float value) {
    return {std::move(shape), std::make_shared<const std::vector<float>>(count, value)};
}

// What a FakeModel was asked.
struct FakeLog {
    std::mutex mutex;
    std::vector<AnalysisRequest> requests;
    std::map<std::string, int> computed;
    std::atomic<bool> holds{false};  // costly methods go on until they are stopped
    std::atomic<bool> reads{false};  // attention is not there yet

    AnalysisRequest last() {
        const std::lock_guard lock(mutex);
        return requests.back();
    }
    size_t count() {
        const std::lock_guard lock(mutex);
        return requests.size();
    }
    int computed_of(const std::string& method) {
        const std::lock_guard lock(mutex);
        return computed[method];
    }
};

// Two layers of two heads over the text's words; all methods of one number, "grad_cam" fails.
class FakeModel : public Model {
  public:
    explicit FakeModel(FakeLog& log) : log_(log) { summary_.name = "fake"; }
    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override {
        {
            const std::lock_guard lock(log_.mutex);
            log_.requests.push_back(request);
        }
        while (log_.reads) std::this_thread::yield();
        const int count = 1 + static_cast<int>(std::ranges::count(request.text, ' '));
        AttentionFrame frame = *synthetic::frame(2, 2, count, synthetic::uniform());
        frame.revision = request.revision;
        std::vector<FrameStep> steps;
        const size_t square = static_cast<size_t>(count * count);
        const auto add = [&](const char* name, FrameTensor tensor) {
            if (!request.options.wants(name)) return;
            steps.push_back(
                {name, false, [this, name, tensor](AttentionFrame& its, const StepContext& context) {
                     while (log_.holds && !context.stop()) std::this_thread::yield();
                     if (context.stop()) return false;
                     if (name == std::string("grad_cam")) throw Error("no gradient here", "None.");
                     const std::lock_guard lock(log_.mutex);
                     ++log_.computed[name];
                     its.target = ExplainedTarget{"norm", -1, -1, "", 2.0, false};
                     its.blocks[0].quantities[name] = tensor;
                     return true;
                 }});
        };
        add("relevance", numbers({count, count}, square, 0.5f));
        add("gradient_attention", numbers({2, 2, count, count}, 4 * square, -0.5f));
        add("head_importance", numbers({2, 2}, 4, 0.5f));
        add("grad_cam", numbers({count}, static_cast<size_t>(count), 0.5f));
        return run_steps(frame, request, std::move(steps), superseded, post);
    }

  private:
    FakeLog& log_;
    ModelSummary summary_;
};

// A text on a FakeModel; `log` outlives the session.
inline SessionSettings live(FakeLog& log) {
    SessionSettings settings;
    settings.text = "one two three";
    settings.analysis.keeps_going = true;
    settings.load_model = [&log](const std::shared_ptr<LoadProgress>&) {
        return std::make_unique<FakeModel>(log);
    };
    return settings;
}

// Until all that was asked for is there and nothing moves.
inline void settle(Session& session) {
    session.advance(0.0, {});
    for (int i = 0; i < 20'000 && !session.is_settled(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        session.advance(1.0, {});
    }
    REQUIRE(session.is_settled());
}

}  // namespace weft
