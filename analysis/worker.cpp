#include "analysis/worker.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "analysis/error.h"

namespace weft {

// Everything below `mutex` is shared; the model itself belongs to the thread alone.
struct Worker::State {
    std::function<std::unique_ptr<Model>()> load;
    std::function<void()> wake;

    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    std::optional<AnalysisRequest> waiting;  // the mailbox
    uint64_t submitted_revision = 0;
    FramePtr latest;
    std::optional<WorkerFailure> failure;
    std::optional<ModelSummary> summary;
    bool load_finished = false, load_failed = false, running = false, stopping = false;

    std::jthread thread;  // last: started when all of the above is there, joined before any of it goes

    void run();
    std::unique_ptr<Model> load_model();
    void analyze(Model& model, const AnalysisRequest& request);
    void fail(uint64_t revision, const std::string& message, const std::string& hint);
    template <class Work>
    bool guarded(uint64_t revision, Work work);
    bool idle() const { return load_finished && !running && (!waiting || load_failed); }
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
    failure = WorkerFailure{revision, message, hint};
}

std::unique_ptr<Model> Worker::State::load_model() {
    std::unique_ptr<Model> model;
    const bool loaded = guarded(0, [&] {
        model = load();
        if (model == nullptr) throw Error("the model could not be loaded");
        const std::lock_guard lock(mutex);
        summary = model->summary();
    });
    {
        const std::lock_guard lock(mutex);
        load_finished = true;
        load_failed = !loaded;
        if (load_failed) waiting.reset();
    }
    return loaded ? std::move(model) : nullptr;
}

void Worker::State::analyze(Model& model, const AnalysisRequest& request) {
    const auto superseded = [this] {
        const std::lock_guard lock(mutex);
        return stopping || waiting.has_value();
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
    const std::unique_ptr<Model> model = load_model();
    changed.notify_all();
    call_wake();
    std::unique_lock lock(mutex);
    while (true) {
        changed.wait(lock, [this] { return stopping || (waiting && !load_failed); });
        if (stopping) return;
        const AnalysisRequest request = *std::exchange(waiting, std::nullopt);
        running = true;
        lock.unlock();
        analyze(*model, request);
        lock.lock();
        running = false;
        changed.notify_all();
    }
}

Worker::Worker(std::function<std::unique_ptr<Model>()> load, std::function<void()> wake)
    : state_(std::make_unique<State>()) {
    state_->load = std::move(load);
    state_->wake = std::move(wake);
    state_->thread = std::jthread([state = state_.get()] { state->run(); });
}

Worker::~Worker() {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
}

void Worker::submit(AnalysisRequest request) {
    const std::lock_guard lock(state_->mutex);
    state_->submitted_revision = request.revision;
    if (!state_->load_failed) state_->waiting = std::move(request);
    state_->changed.notify_all();
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
    return state_->submitted_revision;
}

bool Worker::is_idle() const {
    const std::lock_guard lock(state_->mutex);
    return state_->idle();
}

void Worker::wait_idle() const {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [this] { return state_->idle(); });
}

}  // namespace weft
