#include "analysis/torch/task_pool.h"

#include <immintrin.h>
#include <sched.h>

#include <algorithm>

namespace weft::torch_part {

namespace {
constexpr int spins_before_sleep = 2000;  // about 30 us: the longest pause within a pass
constexpr int spins_before_yield = 200;
}  // namespace

TaskPool::TaskPool(int64_t threads) {
    for (int64_t thread = 1; thread < threads; ++thread)
        helpers_.emplace_back([this, thread](const std::stop_token& stop) { help(stop, thread); });
}

TaskPool::~TaskPool() {
    for (std::jthread& helper : helpers_) helper.request_stop();
    ++published_;
    published_.notify_all();
}

void TaskPool::share(Job& job) {
    job_ = &job;
    ++published_;
    published_.notify_all();
    job.work(0, [this] { return ask(); });
    // A helper enters (inside_) before it reads job_, so after this it either finds nothing or is counted.
    job_ = nullptr;
    for (int spins = 0; inside_ != 0; ++spins) {
        _mm_pause();
        if (spins > spins_before_yield) sched_yield();  // the helper may be waiting for this very core
    }
}

void TaskPool::help(const std::stop_token& stop, int64_t thread) {
    uint32_t seen = 0;
    while (!stop.stop_requested()) {
        for (int spins = 0; published_ == seen && spins < spins_before_sleep; ++spins) _mm_pause();
        published_.wait(seen);
        seen = published_;
        ++inside_;
        if (Job* job = job_; job && thread < job->threads)
            job->work(thread, [this] { return stopped_.load(); });
        --inside_;
    }
}

int64_t usable_processors(int64_t limit) {
    cpu_set_t set;
    CPU_ZERO(&set);
    const int64_t count =
        sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : std::thread::hardware_concurrency();
    return std::clamp<int64_t>(count, 1, limit);
}

}  // namespace weft::torch_part
