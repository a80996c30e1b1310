#include "analysis/torch/task_pool.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace weft::torch_part;

TEST_CASE("Every task of a job runs exactly once, job after job") {
    for (const int64_t threads : {1, 2, 5}) {
        TaskPool pool(threads);
        REQUIRE(pool.threads() == threads);
        bool once = true, in_range = true;
        for (int64_t job = 0; job < 3000; ++job) {
            const int64_t count = job % 41, wanted = 1 + job % threads;
            std::vector<std::atomic<int>> runs(count);
            std::atomic<bool> fine{true};
            pool.run(count, wanted, [&](int64_t index, int64_t thread) {
                ++runs[index];
                if (thread < 0 || thread >= wanted) fine = false;
            });
            for (const std::atomic<int>& run : runs) once = once && run == 1;
            in_range = in_range && fine;
        }
        INFO("threads " << threads);
        CHECK(once);
        CHECK(in_range);
    }
}

TEST_CASE("What the tasks wrote is there when the job returns") {
    TaskPool pool(3);
    bool whole = true;
    for (int job = 0; job < 2000; ++job) {
        std::vector<int> written(64);
        pool.run(64, 3, [&](int64_t index, int64_t) { written[index] = job + 1; });
        for (const int value : written) whole = whole && value == job + 1;
    }
    CHECK(whole);
}

TEST_CASE("A job ends when the caller's stop says so, and so do later ones until it is taken back") {
    for (const int64_t threads : {1, 2, 5}) {
        TaskPool pool(threads);
        const auto caller = std::this_thread::get_id();
        int asked = 0;
        bool by_caller = true;
        pool.set_stop([&] {
            by_caller = by_caller && std::this_thread::get_id() == caller;
            return ++asked == 3;
        });
        std::atomic<int> runs{0};
        const auto job = [&] {
            pool.run(1000, threads, [&](int64_t, int64_t) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                ++runs;
            });
        };
        job();
        CHECK(pool.is_stopped());
        CHECK(runs < 1000);
        CHECK(asked == 3);
        CHECK(by_caller);
        const int before = runs;
        job();
        CHECK(runs == before);
        pool.set_stop({});
        CHECK_FALSE(pool.is_stopped());
        pool.run(100, threads, [&](int64_t, int64_t) { ++runs; });
        CHECK(runs == before + 100);
    }
}

TEST_CASE("A pool that never had a job ends") {
    CHECK(TaskPool(4).threads() == 4);
}
