// From a frame with its raw attention to the frames that follow it, one step after the other: what every
// model and every trace does with what it has. One thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "analysis/model.h"

namespace weft {

class Stopwatch {
  public:
    double elapsed_ms() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// What a step may say and ask while it works.
struct StepContext {
    std::function<bool()> stop;           // a newer request is there, or somebody cancelled
    std::function<void(float)> progress;  // 0 to 1
    std::function<void()> post_partial;   // posts the frame as it is now: rows or nodes that are there
};

// Adds something to the frame; false: it was stopped, and what it left in the frame does not count.
struct FrameStep {
    std::string name;      // of the method, and of its timing
    bool is_cheap = true;  // with every key; the others wait for a pause in typing
    std::function<bool(AttentionFrame&, const StepContext&)> run;
    std::set<std::string> methods{};  // that it adds, where it is not the one by its name
};

// Posts `frame` as it is, part 0, together with all methods that the request's store has; then once more
// after each of `steps` and of attention_steps(request), cheap ones first, the costly ones after the pause
// that the request asks for. Returns false if `superseded` ended it. Steps that are cancelled
// (AnalysisProgress) end the work with what was posted last; it is complete then. A step whose
// methods the store has does not run.
bool run_steps(AttentionFrame& frame, const AnalysisRequest& request, std::vector<FrameStep> steps,
               const std::function<bool()>& superseded, const std::function<void(FramePtr)>& post);

// Of the methods that the request wants: those that need attention alone.
std::vector<FrameStep> attention_steps(const AnalysisRequest& request);

}  // namespace weft
