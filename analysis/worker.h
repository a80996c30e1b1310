// The thread that owns the model and what was computed with it (method/result_store.h). One-slot mailbox: the
// newest request replaces a waiting one and ends a running one after its current layer. Nothing here ever
// blocks the caller.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "analysis/model.h"

namespace weft {

struct WorkerFailure {
    uint64_t revision = 0;  // of the request; 0: loading a model
    std::string message, hint;
    bool keeps_model = false;  // another model could not be loaded; the one before goes on
};

// The costly method that is computed now.
struct MethodProgress {
    std::string method;
    float fraction = 0;  // 0 to 1
    double seconds = 0;  // since it began
    bool cancelled = false;
};

using LoadModel = std::function<std::unique_ptr<Model>(const std::shared_ptr<LoadProgress>&)>;

class Worker {
  public:
    // `load` runs on the worker's thread; `wake` (may be empty) is called from it after each post or failure.
    Worker(LoadModel load, std::function<void()> wake);
    ~Worker();  // asks the running work to stop, joins
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // A request whose text is that of the one before does not pause again.
    void submit(AnalysisRequest request);
    std::optional<MethodProgress> analysis_progress() const;  // empty while nothing costly is computed
    void cancel_method();  // ends all costly work of the running request; its frame stays with what it has
    // Another model in place of this one, which answers until the new one stands. The newest wish counts: one
    // that is loading is given up. A failure keeps the model; cancel_load() as well, and says nothing.
    void change_model(LoadModel load);
    void cancel_load();
    std::optional<float> load_fraction() const;   // 0 to 1 while a model is loading
    uint64_t models_loaded() const;               // counts up with each that stands
    FramePtr latest() const;                      // newest posted frame or null
    std::optional<WorkerFailure> take_failure();  // each failure is handed out once
    std::optional<ModelSummary> model() const;    // empty while loading
    uint64_t submitted_revision() const;
    bool is_idle() const;  // nothing waits, nothing runs, model loaded or failed
    // For programs without a window; `meanwhile` (may be empty) is called ten times a second.
    void wait_idle(const std::function<void()>& meanwhile = {}) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft
