#include "analysis/worker.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "analysis/error.h"
#include "analysis/method/frame_steps.h"
#include "analysis/method/result_store.h"

using namespace weft;

namespace {

// Opened once by the test; lets it hold the model inside a request.
class Gate {
  public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return open_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

struct Log {
    std::atomic<int> started{0}, finished{0};
    Gate first_started, may_go_on;
};

// Posts two frames a request. "wait": holds until the gate opens and asks between "layers"; other texts fail.
class FakeModel : public Model {
  public:
    explicit FakeModel(Log& log) : log_(log) { summary_.name = "fake"; }
    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override {
        ++log_.started;
        log_.first_started.open();
        if (request.text == "error") throw Error("no such word \"error\"", "type another");
        if (request.text == "odd") throw 7;
        if (request.text == "wait") {
            log_.may_go_on.pass();
            if (superseded()) return false;
        }
        for (uint32_t part = 0; part < 2; ++part) {
            auto frame = std::make_shared<AttentionFrame>();
            frame->revision = request.revision;
            frame->part = part;
            frame->complete = part == 1;
            post(frame);
        }
        ++log_.finished;
        return true;
    }

  private:
    Log& log_;
    ModelSummary summary_;
};

AnalysisRequest request(const char* text, uint64_t revision) {
    AnalysisRequest result;
    result.text = text;
    result.revision = revision;
    return result;
}

LoadModel loader(Log& log) {
    return [&log](const std::shared_ptr<LoadProgress>&) { return std::make_unique<FakeModel>(log); };
}

}  // namespace

TEST_CASE("the worker answers a request and wakes its owner for each frame") {
    Log log;
    std::atomic<int> woken{0};
    Worker worker(loader(log), [&] { ++woken; });
    worker.submit(request("text", 3));
    worker.wait_idle();
    REQUIRE(worker.latest()->revision == 3);
    REQUIRE(worker.latest()->complete);
    REQUIRE(worker.submitted_revision() == 3);
    REQUIRE(worker.model()->name == "fake");
    REQUIRE(worker.is_idle());
    REQUIRE(woken == 3);  // loaded, two frames
}

TEST_CASE("the newest request replaces the waiting one and ends the running one") {
    Log log;
    Worker worker(loader(log), {});
    worker.submit(request("wait", 1));
    log.first_started.pass();
    REQUIRE_FALSE(worker.is_idle());
    worker.submit(request("dropped", 2));
    worker.submit(request("newest", 3));
    log.may_go_on.open();
    worker.wait_idle();
    REQUIRE(log.started == 2);
    REQUIRE(log.finished == 1);
    REQUIRE(worker.latest()->revision == 3);
}

TEST_CASE("a failure keeps the last frame and is handed out once") {
    Log log;
    Worker worker(loader(log), {});
    worker.submit(request("text", 1));
    worker.wait_idle();
    worker.submit(request("error", 2));
    worker.wait_idle();
    REQUIRE(worker.latest()->revision == 1);
    const auto failure = worker.take_failure();
    REQUIRE(failure->revision == 2);
    REQUIRE(failure->message == "no such word \"error\"");
    REQUIRE(failure->hint == "type another");
    REQUIRE_FALSE(worker.take_failure());
    worker.submit(request("odd", 3));  // not even a std::exception
    worker.wait_idle();
    REQUIRE(worker.take_failure()->revision == 3);
    worker.submit(request("text", 4));
    worker.wait_idle();
    REQUIRE(worker.latest()->revision == 4);
}

TEST_CASE("a model that cannot be loaded is a failure of revision 0, and requests do not wait for it") {
    Worker worker([](const auto&) -> std::unique_ptr<Model> { throw Error("model folder \"x\" is missing"); },
                  {});
    worker.submit(request("text", 1));
    worker.wait_idle();
    REQUIRE(worker.take_failure()->revision == 0);
    worker.submit(request("text", 2));
    worker.wait_idle();
    REQUIRE(worker.latest() == nullptr);
    REQUIRE_FALSE(worker.model());
}

TEST_CASE("a worker that is destroyed while it works ends the work") {
    Log log;
    std::thread opener;
    {
        Worker worker(loader(log), {});
        worker.submit(request("wait", 1));
        log.first_started.pass();
        opener = std::thread([&log] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            log.may_go_on.open();
        });
    }
    opener.join();
    REQUIRE(log.started == 1);
    REQUIRE(log.finished == 0);
}

TEST_CASE("many submissions from another thread never block and end with the newest") {
    Log log;
    Worker worker(loader(log), {});
    std::thread typist([&worker] {
        for (uint64_t revision = 1; revision <= 2000; ++revision) worker.submit(request("text", revision));
    });
    for (int i = 0; i < 2000; ++i) (void)worker.latest();
    typist.join();
    worker.wait_idle();
    REQUIRE(worker.latest()->revision == 2000);
    REQUIRE(log.started <= 2000);
}

TEST_CASE(
    "another model takes the place of the first, which answers until then; a failed one changes nothing") {
    Log first, second;
    Worker worker(loader(first), {});
    worker.submit(request("text", 1));
    worker.wait_idle();
    REQUIRE(worker.models_loaded() == 1);
    worker.change_model([](const auto&) -> std::unique_ptr<Model> { throw Error("model \"y\" is missing"); });
    worker.wait_idle();
    const std::optional<WorkerFailure> failure = worker.take_failure();
    REQUIRE(failure);
    REQUIRE(failure->keeps_model);
    REQUIRE(worker.models_loaded() == 1);
    worker.submit(request("text", 2));
    worker.wait_idle();
    REQUIRE(worker.latest()->revision == 2);
    worker.change_model(loader(second));
    worker.wait_idle();
    REQUIRE(worker.models_loaded() == 2);
    worker.submit(request("text", 3));
    worker.wait_idle();
    REQUIRE(worker.latest()->revision == 3);
}

TEST_CASE("a load can be given up: the model before goes on, and nothing is said") {
    Log log;
    Worker worker(loader(log), {});
    worker.wait_idle();
    std::atomic<bool> begun{false};
    worker.change_model([&](const std::shared_ptr<LoadProgress>& progress) -> std::unique_ptr<Model> {
        progress->fraction = 0.5f;
        begun = true;
        while (!progress->cancelled) std::this_thread::yield();
        throw LoadCancelled();
    });
    while (!begun) std::this_thread::yield();
    REQUIRE(worker.load_fraction() == 0.5f);
    worker.cancel_load();
    worker.wait_idle();
    REQUIRE_FALSE(worker.load_fraction());
    REQUIRE_FALSE(worker.take_failure());
    worker.submit(request("text", 1));
    worker.wait_idle();
    REQUIRE(worker.latest()->revision == 1);
}

namespace {

// One costly method that counts how often it was computed; "slow": until it is stopped.
class CostlyModel : public Model {
  public:
    explicit CostlyModel(std::atomic<int>& computed) : computed_(computed) { summary_.name = "costly"; }
    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override {
        AttentionFrame frame;
        frame.revision = request.revision;
        frame.stacks.resize(1);
        frame.stacks[0].tokens.push_back({-1, request.text, 0, 0, false, false});
        frame.blocks.resize(1);
        const FrameStep step{"token_ablation", false, [&](AttentionFrame& its, const StepContext& context) {
                                 ++computed_;
                                 context.progress(0.5f);
                                 while (request.text == "slow" && !context.stop()) std::this_thread::yield();
                                 if (request.text == "slow") return false;
                                 its.blocks[0].quantities["token_ablation"] = {
                                     {1}, std::make_shared<const std::vector<float>>(1, 1.0f)};
                                 return true;
                             }};
        return run_steps(frame, request, {step}, superseded, post);
    }

  private:
    std::atomic<int>& computed_;
    ModelSummary summary_;
};

AnalysisRequest costly(const char* text, uint64_t revision, double pause_ms = 0) {
    AnalysisRequest result = request(text, revision);
    result.options.methods = {};
    result.options.pause_ms = pause_ms;
    return result;
}

LoadModel costly_loader(std::atomic<int>& computed) {
    return
        [&computed](const std::shared_ptr<LoadProgress>&) { return std::make_unique<CostlyModel>(computed); };
}

}  // namespace

TEST_CASE("what a model computed is kept for it alone") {
    std::atomic<int> computed{0};
    Worker worker(costly_loader(computed), {});
    const auto ask = [&](const char* text, uint64_t revision) {
        AnalysisRequest wanted = costly(text, revision);
        wanted.options.methods = {"token_ablation"};
        worker.submit(wanted);
        worker.wait_idle();
    };
    ask("a", 1);
    ask("b", 2);
    const int once = computed;
    ask("a", 3);
    CHECK(computed == once);
    CHECK(worker.latest()->kept.contains("token_ablation"));
    CHECK(worker.latest()->revision == 3);
    worker.change_model(costly_loader(computed));
    worker.wait_idle();
    ask("a", 4);
    CHECK(computed == once + 1);
}

TEST_CASE("a costly method has progress, and cancelling it leaves a complete frame without it") {
    std::atomic<int> computed{0};
    Worker worker(costly_loader(computed), {});
    CHECK_FALSE(worker.analysis_progress());
    worker.submit(costly("slow", 1));
    while (computed == 0) std::this_thread::yield();
    std::optional<MethodProgress> progress;
    while (!progress || progress->fraction < 0.5f) progress = worker.analysis_progress();
    CHECK(progress->method == "token_ablation");
    CHECK_FALSE(progress->cancelled);
    worker.cancel_method();
    worker.wait_idle();
    CHECK(worker.latest()->complete);
    CHECK(worker.latest()->revision == 1);
    CHECK(worker.latest()->blocks[0].quantities.empty());
    CHECK_FALSE(worker.analysis_progress());
    CHECK_FALSE(worker.take_failure());
}

TEST_CASE("attention that takes long has progress too") {
    class SlowModel : public Model {
      public:
        const ModelSummary& summary() const override { return summary_; }
        bool analyze(const AnalysisRequest& request, const std::function<bool()>&,
                     const std::function<void(FramePtr)>& post) override {
            AnalysisProgress::tell(request.progress, 3, 4);
            while (request.progress->method().empty()) std::this_thread::yield();
            AttentionFrame frame;
            frame.revision = request.revision;
            while (goes_on) std::this_thread::yield();
            return run_steps(frame, request, {}, {}, post);
        }
        std::atomic<bool> goes_on{true};

      private:
        ModelSummary summary_;
    };
    SlowModel* model = nullptr;
    Worker worker(
        [&model](const std::shared_ptr<LoadProgress>&) {
            auto made = std::make_unique<SlowModel>();
            model = made.get();
            return made;
        },
        {});
    worker.submit(costly("slow", 1));
    std::optional<MethodProgress> progress;
    while (!progress) progress = worker.analysis_progress();
    CHECK(progress->method == "attention");
    CHECK(progress->fraction == 0.75f);
    CHECK(progress->seconds >= AnalysisProgress::patience_s);
    model->goes_on = false;
    worker.wait_idle();
    CHECK(worker.latest()->complete);
    CHECK_FALSE(worker.analysis_progress());
}

TEST_CASE("while somebody types, costly methods do not begin; the same text asked again does not wait anew") {
    std::atomic<int> computed{0};
    Worker worker(costly_loader(computed), {});
    worker.wait_idle();
    constexpr double pause_ms = 1500;
    const Stopwatch since;
    uint64_t revision = 0;
    double last_ms = 0;
    for (const char* text : {"t", "te", "tex"}) {
        last_ms = since.elapsed_ms();
        worker.submit(costly(text, ++revision, pause_ms));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const bool typed_in_time = since.elapsed_ms() < pause_ms;  // else the machine paused in between
    worker.wait_idle();
    if (typed_in_time) CHECK(computed == 1);
    CHECK(since.elapsed_ms() - last_ms >= pause_ms - 1);
    const int before = computed;
    const Stopwatch chosen;
    AnalysisRequest again = costly("tex", ++revision, pause_ms);
    again.options.method.target = parse_target("norm");  // chosen: other numbers of the same text
    worker.submit(again);
    worker.wait_idle();
    CHECK(computed == before + 1);
    CHECK(chosen.elapsed_ms() < pause_ms);
}

TEST_CASE("a newer text ends a costly method") {
    std::atomic<int> computed{0};
    Worker worker(costly_loader(computed), {});
    worker.submit(costly("slow", 1));
    while (computed == 0) std::this_thread::yield();
    worker.submit(costly("quick", 2));
    worker.wait_idle();
    CHECK(worker.latest()->revision == 2);
}
