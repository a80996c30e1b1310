#include "scenes/thresholds.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "scenes/line_budget.h"

using namespace weft;

namespace {

std::vector<float> random_row(size_t size, unsigned seed) {
    std::mt19937 engine(seed);
    std::exponential_distribution<float> exponential;
    std::vector<float> row(size);
    float sum = 0.0f;
    for (float& w : row) sum += w = exponential(engine);
    for (float& w : row) w /= sum;
    return row;
}

size_t drawn(const std::vector<float>& row, float threshold) {
    return static_cast<size_t>(
        std::count_if(row.begin(), row.end(), [&](float w) { return w >= threshold; }));
}

}  // namespace

TEST_CASE("the top-k threshold of a row leaves exactly k of distinct weights") {
    for (const size_t size : {1u, 2u, 15u, 160u})
        for (int k = 1; k <= 40; k += 3) {
            const auto row = random_row(size, static_cast<unsigned>(size) + static_cast<unsigned>(k));
            CHECK(drawn(row, top_k_threshold(row, k)) == std::min(static_cast<size_t>(k), size));
        }
    const std::vector<float> row{0.5f, 0.5f};
    CHECK(drawn(row, top_k_threshold(row, 0)) == 0);
}

TEST_CASE("weights that tie at the k-th place are all drawn and zeros never are") {
    const std::vector<float> even(10, 0.1f), one_hot{0.0f, 1.0f, 0.0f};
    CHECK(drawn(even, top_k_threshold(even, 3)) == 10);
    CHECK(drawn(one_hot, top_k_threshold(one_hot, 3)) == 1);
    CHECK(drawn(one_hot, top_k_threshold(one_hot, 2)) == 1);
}

TEST_CASE("the mass threshold leaves the smallest set that reaches the share") {
    std::vector<float> scratch;
    for (unsigned seed = 0; seed < 200; ++seed) {
        const auto row = random_row(1 + seed % 70, seed);
        const float mass = 0.05f + 0.9f * static_cast<float>(seed) / 200.0f;
        auto sorted = row;
        std::sort(sorted.rbegin(), sorted.rend());
        double sum = 0.0, all = 0.0;
        for (const float w : row) all += static_cast<double>(w);
        size_t expected = 0;
        while (sum < static_cast<double>(mass) * all) sum += static_cast<double>(sorted[expected++]);
        CHECK(drawn(row, mass_threshold(row, mass, scratch)) == expected);
    }
}

TEST_CASE("no mass draws nothing and all mass draws every weight above zero") {
    std::vector<float> scratch;
    const std::vector<float> row{0.0f, 0.75f, 0.25f, 0.0f};
    CHECK(drawn(row, mass_threshold(row, 0.0f, scratch)) == 0);
    CHECK(drawn(row, mass_threshold(row, 1.0f, scratch)) == 2);
    const std::vector<float> nothing(4, 0.0f);
    CHECK(drawn(nothing, mass_threshold(nothing, 1.0f, scratch)) == 0);
}

TEST_CASE("there is one threshold for each query row and none in the other modes") {
    const std::vector<float> weights{0.9f, 0.1f, 0.4f, 0.6f, 0.5f, 0.5f};
    Thresholding top;
    top.mode = ThresholdMode::top_k;
    top.top_k = 1;
    CHECK(*row_thresholds(weights, 2, top) == std::vector<float>{0.9f, 0.6f, 0.5f});
    CHECK(row_thresholds(weights, 2, {}) == nullptr);
}
