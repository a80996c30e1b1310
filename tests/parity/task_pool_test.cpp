#include "analysis/torch/task_pool.h"

#include <catch2/catch.hpp>

#include <atomic>
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

TEST_CASE("A pool that never had a job ends") {
    CHECK(TaskPool(4).threads() == 4);
}
