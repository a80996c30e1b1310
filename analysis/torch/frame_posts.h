// From a frame with its raw attention to the frames that follow it: what every model does with what it has
// computed. Private to analysis/torch.
#pragma once

#include <chrono>
#include <functional>

#include "analysis/model.h"

namespace weft::torch_part {

class Stopwatch {
  public:
    double elapsed_ms() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Adds something to the frame; false: a newer request is there.
struct FrameStep {
    std::string name;  // of the timing
    std::function<bool(AttentionFrame&)> run;
};

// Posts `frame` as it is, part 0, then once more after each of `steps` and of the methods that the request
// wants. Returns false if `superseded` ended it.
bool post_frames(AttentionFrame& frame, const AnalysisRequest& request, const std::vector<FrameStep>& steps,
                 const std::function<bool()>& superseded, const std::function<void(FramePtr)>& post);

// Throws: "attention" of `what` holds infinity or NaN.
[[noreturn]] void throw_not_finite(const std::string& what);
void check_finite(const std::vector<float>& values, const std::string& what);

}  // namespace weft::torch_part
