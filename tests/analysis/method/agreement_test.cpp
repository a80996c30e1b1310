#include "analysis/method/agreement.h"

#include "tests/analysis/method/method_references.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("the same order agrees fully, the opposite one not at all") {
    const std::vector<float> up = {-3, 0.5f, 2, 900}, same = {0, 1, 2, 3}, down = {9, 8, 7, -1};
    CHECK(rank_correlation(up, same) == 1);
    CHECK(rank_correlation(up, down) == -1);
    CHECK(rank_correlation(std::vector<float>{1, 2}, std::vector<float>{2, 1}) == -1);
}

TEST_CASE("equal numbers share the mean of their ranks") {
    // Ranks 0.5 0.5 2 and 0 1 2: covariance 1.5, variances 1.5 and 2.
    CHECK(rank_correlation(std::vector<float>{1, 1, 2}, std::vector<float>{1, 2, 3}) ==
          Approx(1.5 / std::sqrt(1.5 * 2)));
}

TEST_CASE("without an order there is no agreement") {
    CHECK(std::isnan(rank_correlation(std::vector<float>{1, 1, 1}, std::vector<float>{1, 2, 3})));
    CHECK(std::isnan(rank_correlation(std::vector<float>{1}, std::vector<float>{2})));
    CHECK(std::isnan(rank_correlation({}, {})));
    CHECK(std::isnan(rank_correlation(std::vector<float>{1, NAN, 3}, std::vector<float>{1, 2, 3})));
}

TEST_CASE("rank correlation equals the references of an independent library") {
    const auto all = method_references();
    REQUIRE(all["ranked"].size() >= 2);
    for (const auto& row : all["ranked"])
        CHECK(rank_correlation(row["a"].get<std::vector<float>>(), row["b"].get<std::vector<float>>()) ==
              Approx(row["correlation"].get<double>()).margin(1e-12));
}

TEST_CASE("the agreement matrix holds every pair") {
    const std::vector<float> a = {1, 2, 3, 4}, b = {4, 3, 2, 1}, c = {1, 3, 2, 4};
    const std::vector<std::span<const float>> all = {a, b, c};
    const std::vector<double> matrix = agreement(all);
    for (size_t k = 0; k < 3; ++k)
        for (size_t m = 0; m < 3; ++m) CHECK(matrix[k * 3 + m] == rank_correlation(all[k], all[m]));
    CHECK(matrix[0] == 1);
    CHECK(matrix[1] == -1);
    CHECK(matrix[2] == Approx(0.8));
}
