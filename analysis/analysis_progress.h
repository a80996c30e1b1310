// How far the costly methods of a request are, for whoever waits: the thread that computes writes it, any
// thread may read it and ask it to stop.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

namespace weft {

class AnalysisProgress {
  public:
    std::atomic<float> fraction{0};  // of the method that is computed now
    std::atomic<bool> cancelled{false};

    void begin(const std::string& method) {
        const std::lock_guard lock(mutex_);
        fraction = 0;
        method_ = method;
        begun_ = std::chrono::steady_clock::now();
    }
    void end() {
        const std::lock_guard lock(mutex_);
        method_.clear();
    }
    std::string method() const {  // "": none is computed
        const std::lock_guard lock(mutex_);
        return method_;
    }
    double seconds() const {  // since it began
        const std::lock_guard lock(mutex_);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    }

  private:
    mutable std::mutex mutex_;
    std::string method_;
    std::chrono::steady_clock::time_point begun_;
};

}  // namespace weft
