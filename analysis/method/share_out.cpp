#include "analysis/method/share_out.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace weft {

bool share_out(size_t count, size_t threads, const std::function<bool()>& pulse,
               const std::function<void(size_t, const ShouldStop&)>& task) {
    std::atomic<size_t> next{0};
    std::atomic<bool> stopped{false};
    const ShouldStop of_caller = [&] {
        if (!stopped && pulse && pulse()) stopped = true;
        return stopped.load();
    };
    const ShouldStop of_helper = [&] { return stopped.load(); };
    const auto work = [&](const ShouldStop& should_stop) {
        for (size_t index = next++; index < count && !should_stop(); index = next++) task(index, should_stop);
    };
    std::mutex mutex;
    std::condition_variable done;
    size_t working = 0;
    std::vector<std::jthread> helpers;
    for (size_t helper = 1; helper < std::min(threads, count); ++helper) {
        const std::scoped_lock lock(mutex);
        ++working;
        helpers.emplace_back([&] {
            work(of_helper);
            const std::scoped_lock ending(mutex);
            --working;
            done.notify_one();
        });
    }
    work(of_caller);
    for (std::unique_lock lock(mutex); working > 0;) {
        done.wait_for(lock, std::chrono::milliseconds(5));
        lock.unlock();
        of_caller();
        lock.lock();
    }
    return !stopped;
}

size_t processors(size_t limit) {
    return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, limit);
}

size_t threads_for_layers(size_t layers, size_t numbers) {
    constexpr size_t worth_a_thread = 300'000, most_threads = 4;
    return std::min({processors(most_threads), layers, 1 + layers * numbers / worth_a_thread});
}

bool share_out_layers(size_t layers, size_t numbers, const std::function<bool()>& pulse,
                      const std::function<void(size_t)>& task) {
    return share_out(layers, threads_for_layers(layers, numbers), pulse,
                     [&](size_t layer, const ShouldStop&) { task(layer); });
}

}  // namespace weft
