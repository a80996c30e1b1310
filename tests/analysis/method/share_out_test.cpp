#include "analysis/method/share_out.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

using namespace weft;

TEST_CASE("every task is done once, on any number of threads") {
    for (const size_t threads : {size_t{0}, size_t{1}, size_t{2}, size_t{5}})
        for (const size_t count : {size_t{0}, size_t{1}, size_t{2}, size_t{100}}) {
            std::vector<std::atomic<int>> done(count);
            REQUIRE(share_out(count, threads, {}, [&](size_t index, const ShouldStop&) { ++done[index]; }));
            for (const auto& times : done) REQUIRE(times == 1);
        }
}

TEST_CASE("the caller alone is asked, and its word ends every task") {
    const auto caller = std::this_thread::get_id();
    std::atomic<int> asked{0}, ended{0};
    const auto pulse = [&] {
        REQUIRE(std::this_thread::get_id() == caller);
        return ++asked > 5;
    };
    const bool done = share_out(2, 2, pulse, [&](size_t, const ShouldStop& should_stop) {
        while (!should_stop()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ++ended;
    });
    CHECK_FALSE(done);
    CHECK(ended >= 1);
}
