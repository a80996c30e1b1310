// Shares out small tasks between the calling thread and helpers that join if the system lets them. Why not
// OpenMP: its regions wait for every thread to arrive, and here the cores are shared with software Vulkan;
// forty regions of one pass then cost forty time slices (measured: 128 tokens went from 14 to 110 ms). Here
// the caller does all the work itself if no helper comes, and waits only for tasks that a helper has begun.
// Helpers spin for some microseconds after a job, then sleep. Each thread begins with a row of tasks of its
// own, in order, so that what it fetches ahead is what it needs next, and then helps the others. A job ends
// early where the caller's stop says so. Owned and called by one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

namespace weft::torch_part {

class TaskPool {
  public:
    explicit TaskPool(int64_t threads);  // the caller is one of them
    ~TaskPool();
    TaskPool(const TaskPool&) = delete;
    TaskPool& operator=(const TaskPool&) = delete;

    int64_t threads() const { return static_cast<int64_t>(helpers_.size()) + 1; }

    // From now on the caller asks it every ten milliseconds between its tasks. Once it says true the tasks
    // that have not begun are left out, of later jobs too, until another one is set. Empty: nobody is asked.
    void set_stop(std::function<bool()> stop) {
        stop_ = std::move(stop);
        stopped_ = false;
        asked_ = Clock::now();
    }
    bool is_stopped() const { return stopped_; }

    // task(index, thread) for every index in [0, count), on at most `threads` threads; thread 0 is the
    // caller. The task must not throw.
    template <typename Task>
    void run(int64_t count, int64_t threads, const Task& task) {
        if (threads <= 1 || count <= 1 || helpers_.empty()) {
            for (int64_t index = 0; index < count && !ask(); ++index) task(index, 0);
            return;
        }
        Job job;
        job.task = &task;
        job.call = [](const void* any, int64_t index, int64_t thread) {
            (*static_cast<const Task*>(any))(index, thread);
        };
        job.threads = threads;
        job.spans = std::min(std::min(threads, this->threads()), most_spans);
        for (int64_t span = 0; span < job.spans; ++span) {
            Span& of = job.of_span[static_cast<size_t>(span)];
            of.next = span * count / job.spans;
            of.end = (span + 1) * count / job.spans;
        }
        share(job);
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr int64_t most_spans = 16;
    static constexpr std::chrono::milliseconds between_questions{10};
    struct alignas(64) Span {
        std::atomic<int64_t> next{0};
        int64_t end = 0;
    };
    struct Job {
        const void* task = nullptr;
        void (*call)(const void* task, int64_t index, int64_t thread) = nullptr;
        int64_t threads = 0, spans = 0;
        std::array<Span, most_spans> of_span;

        template <typename ShouldStop>
        void work(int64_t thread, const ShouldStop& should_stop) {
            for (int64_t k = 0; k < spans; ++k) {
                Span& span = of_span[static_cast<size_t>((thread + k) % spans)];
                for (int64_t index = span.next++; index < span.end && !should_stop(); index = span.next++)
                    call(task, index, thread);
            }
        }
    };

    // By the caller.
    bool ask() {
        if (!stop_ || stopped_) return stopped_;
        const Clock::time_point now = Clock::now();
        if (now - asked_ < between_questions) return false;
        asked_ = now;
        if (stop_()) stopped_ = true;
        return stopped_;
    }

    void share(Job& job);
    void help(const std::stop_token& stop, int64_t thread);

    std::atomic<uint32_t> published_{0};  // counts jobs; what sleeping helpers wait for
    std::atomic<Job*> job_{nullptr};
    std::atomic<int32_t> inside_{0};  // helpers that may hold a pointer to the job
    std::function<bool()> stop_;
    std::atomic<bool> stopped_{false};
    Clock::time_point asked_;
    std::vector<std::jthread> helpers_;
};

// The processors that this process may use, at most `limit`.
int64_t usable_processors(int64_t limit);

}  // namespace weft::torch_part
