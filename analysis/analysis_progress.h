// How far the attention and the methods of a request are, for whoever waits: the thread that computes writes
// it, any thread may read it and ask it to stop.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace weft {

class AnalysisProgress {
  public:
    // Of what comes with every key, before it is spoken of.
    static constexpr double patience_s = 0.3;

    std::atomic<float> fraction{0};  // of the method that is computed now
    std::atomic<bool> cancelled{false};

    // It is not spoken of before `quiet_s`: what comes with every key is mostly done by then.
    void begin(const std::string& method, double quiet_s) {
        const std::lock_guard lock(mutex_);
        fraction = 0;
        method_ = method;
        quiet_s_ = quiet_s;
        begun_ = std::chrono::steady_clock::now();
    }
    void end() {
        const std::lock_guard lock(mutex_);
        method_.clear();
    }
    std::string method() const {  // "": none is computed
        const std::lock_guard lock(mutex_);
        return since_begin() < quiet_s_ ? std::string() : method_;
    }
    double seconds() const {  // since it began
        const std::lock_guard lock(mutex_);
        return since_begin();
    }

    // Where there may be nobody who asks.
    static void tell(const std::shared_ptr<AnalysisProgress>& progress, int64_t done, int64_t all) {
        if (progress) progress->fraction = static_cast<float>(done) / static_cast<float>(all);
    }

  private:
    double since_begin() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    }

    mutable std::mutex mutex_;
    std::string method_;
    double quiet_s_ = 0;
    std::chrono::steady_clock::time_point begun_;
};

}  // namespace weft
