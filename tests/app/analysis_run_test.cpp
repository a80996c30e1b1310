#include "app/analysis_run.h"

#include <catch2/catch.hpp>
#include <csignal>

#include "app/interrupt.h"

using namespace weft;

namespace {

// Takes `times_ms[call]` for its attention, posts two frames.
class TimedModel : public Model {
  public:
    explicit TimedModel(std::vector<double> times_ms) : times_ms_(std::move(times_ms)) {}
    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override {
        auto first = std::make_shared<AttentionFrame>();
        first->revision = request.revision;
        first->timings_ms["text_to_attention"] = times_ms_.at(calls++);
        post(first);
        if (superseded()) return false;
        auto last = std::make_shared<AttentionFrame>(*first);
        last->part = 1;
        last->complete = true;
        last->timings_ms["rollout"] = 2.0;
        post(last);
        return true;
    }
    size_t calls = 0;

  private:
    std::vector<double> times_ms_;
    ModelSummary summary_;
};

const auto never = [] { return false; };
const auto ignore = [](int) {};

}  // namespace

TEST_CASE("without --repeat the analysis runs once") {
    TimedModel model({7.0});
    const AnalysisRun run = run_analysis(model, {}, 0, never, ignore);
    CHECK(model.calls == 1);
    CHECK(run.frame->complete);
    CHECK(run.timings_ms.at("text_to_attention") == std::array<double, 3>{7, 7, 7});
    CHECK(run.timings_ms.at("rollout") == std::array<double, 3>{2, 2, 2});
}

TEST_CASE("--repeat leaves the warm-up out and gives min, median and max") {
    TimedModel odd({100, 5, 3, 4});
    int done = 0;
    CHECK(run_analysis(odd, {}, 3, never, [&](int runs) {
              done = runs;
          }).timings_ms.at("text_to_attention") == std::array<double, 3>{3, 4, 5});
    CHECK(done == 4);
    TimedModel even({100, 8, 2, 4, 16});
    CHECK(run_analysis(even, {}, 4, never, ignore).timings_ms.at("text_to_attention") ==
          std::array<double, 3>{2, 6, 16});
}

TEST_CASE("an interrupted analysis has no frame") {
    TimedModel model({1, 1, 1, 1});
    const AnalysisRun run = run_analysis(
        model, {}, 3, [&model] { return model.calls == 2; }, ignore);
    CHECK(run.frame == nullptr);
    CHECK(model.calls == 2);
}

TEST_CASE("Ctrl-C sets the flag while the guard lives, and a new guard starts afresh") {
    {
        const InterruptGuard guard;
        CHECK_FALSE(InterruptGuard::interrupted());
        std::raise(SIGINT);
        CHECK(InterruptGuard::interrupted());
    }
    const InterruptGuard guard;
    CHECK_FALSE(InterruptGuard::interrupted());
    std::raise(SIGTERM);
    CHECK(InterruptGuard::interrupted());
}
