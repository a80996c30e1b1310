#include "analysis/worker.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "analysis/error.h"
#include "analysis/method/result_store.h"

namespace weft {

// Everything below `mutex` is shared; the model itself belongs to the thread alone.
struct Worker::State {
    std::function<void()> wake;

    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    std::optional<LoadModel> to_load;
    std::shared_ptr<LoadProgress> progress;     // of the load under way
    std::optional<AnalysisRequest> waiting;     // the mailbox
    AnalysisRequest submitted;                  // last
    std::shared_ptr<AnalysisProgress> methods;  // of the request under way
    uint64_t models_loaded = 0;
    FramePtr latest;
    std::optional<WorkerFailure> failure;
    std::optional<ModelSummary> summary;
    bool load_failed = false, running = false, stopping = false;  // load_failed: there is no model at all

    const std::shared_ptr<ResultStore> results = std::make_shared<ResultStore>();  // of the thread alone

    std::jthread thread;  // last: started when all of the above is there, joined before any of it goes

    void run();
    void load(std::unique_ptr<Model>& model, const LoadModel& load_model,
              const std::shared_ptr<LoadProgress>& its_progress);
    void analyze(Model& model, const AnalysisRequest& request);
    void fail(uint64_t revision, const std::string& message, const std::string& hint);
    template <class Work>
    bool guarded(uint64_t revision, Work work);
    bool idle() const { return !to_load && !running && (!waiting || load_failed); }
    void call_wake() {
        if (wake) wake();
    }
};

// No exception leaves the thread.
template <class Work>
bool Worker::State::guarded(uint64_t revision, Work work) {
    try {
        work();
        return true;
    } catch (const Error& error) {
        fail(revision, error.what(), error.hint());
    } catch (const std::bad_alloc&) {
        fail(revision, "there is not enough memory", "Shorten the text or close other programs.");
    } catch (const std::exception& error) {
        fail(revision, error.what(), "");
    } catch (...) {
        fail(revision, "the analysis failed for an unknown reason", "");
    }
    return false;
}

void Worker::State::fail(uint64_t revision, const std::string& message, const std::string& hint) {
    const std::lock_guard lock(mutex);
    failure = WorkerFailure{revision, message, hint, revision == 0 && models_loaded > 0};
}

void Worker::State::load(std::unique_ptr<Model>& model, const LoadModel& load_model,
                         const std::shared_ptr<LoadProgress>& its_progress) {
    std::unique_ptr<Model> loaded;
    guarded(0, [&] {
        try {
            loaded = load_model(its_progress);
        } catch (const LoadCancelled&) {
            return;
        }
        if (loaded == nullptr) throw Error("the model could not be loaded");
    });
    const std::lock_guard lock(mutex);
    progress.reset();
    // Somebody who gave up a model does not want it any more although it was ready.
    if (loaded && !its_progress->cancelled) {
        model = std::move(loaded);
        results->clear();
        summary = model->summary();
        ++models_loaded;
    }
    load_failed = model == nullptr;
    if (load_failed) waiting.reset();
}

void Worker::State::analyze(Model& model, const AnalysisRequest& request) {
    const auto superseded = [this] {
        const std::lock_guard lock(mutex);
        return stopping || waiting.has_value() || to_load.has_value();
    };
    const auto post = [this](FramePtr frame) {
        {
            const std::lock_guard lock(mutex);
            latest = std::move(frame);
        }
        call_wake();
    };
    if (!guarded(request.revision, [&] { model.analyze(request, superseded, post); })) call_wake();
}

void Worker::State::run() {
    std::unique_ptr<Model> model;
    std::unique_lock lock(mutex);
    while (true) {
        changed.wait(lock, [&] { return stopping || to_load || (waiting && model); });
        if (stopping) return;
        running = true;
        if (to_load) {
            const LoadModel next = *std::exchange(to_load, std::nullopt);
            progress = std::make_shared<LoadProgress>();
            const std::shared_ptr<LoadProgress> its_progress = progress;
            lock.unlock();
            load(model, next, its_progress);
            call_wake();
        } else {
            AnalysisRequest request = *std::exchange(waiting, std::nullopt);
            request.results = results;
            request.progress = methods = std::make_shared<AnalysisProgress>();
            methods->begin("attention", AnalysisProgress::patience_s);
            lock.unlock();
            analyze(*model, request);
        }
        lock.lock();
        methods.reset();
        running = false;
        changed.notify_all();
    }
}

Worker::Worker(LoadModel load, std::function<void()> wake) : state_(std::make_unique<State>()) {
    state_->to_load = std::move(load);
    state_->wake = std::move(wake);
    state_->thread = std::jthread([state = state_.get()] { state->run(); });
}

Worker::~Worker() {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    if (state_->progress) state_->progress->cancelled = true;
    state_->changed.notify_all();
}

void Worker::submit(AnalysisRequest request) {
    const std::lock_guard lock(state_->mutex);
    State& state = *state_;
    const bool is_same = state.submitted.revision > 0 && request.has_same_input(state.submitted);
    request.arrived = is_same ? state.submitted.arrived : std::chrono::steady_clock::now();
    state.submitted = request;
    if (!state.load_failed) state.waiting = std::move(request);
    state.changed.notify_all();
}

std::optional<MethodProgress> Worker::analysis_progress() const {
    const std::lock_guard lock(state_->mutex);
    if (!state_->methods) return std::nullopt;
    const AnalysisProgress& now = *state_->methods;
    MethodProgress progress{now.method(), now.fraction, now.seconds(), now.cancelled};
    if (progress.method.empty()) return std::nullopt;
    return progress;
}

void Worker::cancel_method() {
    const std::lock_guard lock(state_->mutex);
    if (state_->methods) state_->methods->cancelled = true;
}

void Worker::change_model(LoadModel load) {
    const std::lock_guard lock(state_->mutex);
    if (state_->progress) state_->progress->cancelled = true;
    state_->to_load = std::move(load);
    state_->load_failed = false;
    state_->changed.notify_all();
}

void Worker::cancel_load() {
    const std::lock_guard lock(state_->mutex);
    if (state_->models_loaded == 0) return;  // there is none to go on with
    if (state_->progress) state_->progress->cancelled = true;
    state_->to_load.reset();
}

std::optional<float> Worker::load_fraction() const {
    const std::lock_guard lock(state_->mutex);
    if (state_->progress) return state_->progress->fraction.load();
    return state_->to_load ? std::optional<float>(0.0f) : std::nullopt;
}

uint64_t Worker::models_loaded() const {
    const std::lock_guard lock(state_->mutex);
    return state_->models_loaded;
}

FramePtr Worker::latest() const {
    const std::lock_guard lock(state_->mutex);
    return state_->latest;
}

std::optional<WorkerFailure> Worker::take_failure() {
    const std::lock_guard lock(state_->mutex);
    return std::exchange(state_->failure, std::nullopt);
}

std::optional<ModelSummary> Worker::model() const {
    const std::lock_guard lock(state_->mutex);
    return state_->summary;
}

uint64_t Worker::submitted_revision() const {
    const std::lock_guard lock(state_->mutex);
    return state_->submitted.revision;
}

bool Worker::is_idle() const {
    const std::lock_guard lock(state_->mutex);
    return state_->idle();
}

void Worker::wait_idle(const std::function<void()>& meanwhile) const {
    constexpr std::chrono::milliseconds between_calls{100};
    std::unique_lock lock(state_->mutex);
    while (!state_->changed.wait_for(lock, between_calls, [this] { return state_->idle(); })) {
        lock.unlock();
        if (meanwhile) meanwhile();
        lock.lock();
    }
}

}  // namespace weft
