#include "analysis/method/head_distance_tiles.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>

#include "analysis/matrix_tiles.h"
#include "analysis/method/divergence_features.h"

using namespace weft;

namespace {

using Head = std::vector<float>;

bool no_tiles() {
    if (may_use_byte_tiles()) return false;
    WARN("no matrix tiles of bytes on this machine");
    return true;
}

// JS of one weight's share, without cancellation.
double divergence(double p, double q) {
    const double kernel = p > 0 && q > 0 ? p * std::log1p(q / p) + q * std::log1p(p / q) : 0;
    return (std::numbers::ln2 * (p + q) - kernel) / 2;
}

double mean_divergence(const Head& p, const Head& q, size_t queries) {
    double sum = 0;
    for (size_t k = 0; k < p.size(); ++k)
        sum += divergence(static_cast<double>(p[k]), static_cast<double>(q[k]));
    return sum / static_cast<double>(queries);
}

std::vector<float> distances(const std::vector<Head>& heads, size_t queries, size_t keys, size_t threads) {
    std::vector<const float*> starts;
    for (const Head& head : heads) starts.push_back(head.data());
    std::vector<float> out(heads.size() * heads.size(), -1.0f);
    REQUIRE(tile_distances(starts, queries, keys, threads, {}, out.data(), heads.size()));
    return out;
}

// The same row for every query, so that no error averages away.
Head repeated(size_t queries, size_t keys, const std::function<double(size_t key)>& weight) {
    std::vector<double> row(keys);
    double sum = 0;
    for (size_t k = 0; k < keys; ++k) sum += row[k] = weight(k);
    Head head;
    for (size_t i = 0; i < queries; ++i)
        for (const double x : row) head.push_back(static_cast<float>(x / sum));
    return head;
}

std::vector<Head> hostile_heads(size_t queries, size_t keys) {
    const auto nearly_one_hot = [&](size_t at, double rest) {
        return repeated(queries, keys, [=](size_t k) { return k == at ? 1.0 : rest; });
    };
    const double count = static_cast<double>(keys);
    std::vector<Head> heads = {repeated(queries, keys, [](size_t) { return 1.0; }), nearly_one_hot(0, 0),
                               nearly_one_hot(keys - 1, 0)};
    for (const double rest : {1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-9}) heads.push_back(nearly_one_hot(0, rest));
    for (const double ratio : {0.5, 0.9, 0.99})
        heads.push_back(repeated(queries, keys, [=](size_t k) { return std::pow(ratio, k); }));
    for (const double other : {0.5, 0.1, 1e-3})
        heads.push_back(repeated(queries, keys, [=](size_t k) { return k % 2 == 0 ? 1 : other; }));
    heads.push_back(
        repeated(queries, keys, [=](size_t k) { return std::exp(-20 * static_cast<double>(k) / count); }));
    std::mt19937 random(static_cast<uint32_t>(keys));
    std::normal_distribution<double> normal(0, 3);
    for (size_t head = 0; head < 2; ++head) {
        std::vector<double> row(keys);
        for (double& x : row) x = std::exp(normal(random));
        heads.push_back(repeated(queries, keys, [&](size_t k) { return row[k]; }));
    }
    heads.push_back(heads.front());
    return heads;
}

double worst_error(const std::vector<Head>& heads, size_t queries, size_t keys) {
    const std::vector<float> got = distances(heads, queries, keys, 1);
    double worst = 0;
    for (size_t a = 0; a < heads.size(); ++a)
        for (size_t b = 0; b < heads.size(); ++b) {
            const float distance = got[a * heads.size() + b];
            REQUIRE(distance >= 0);
            REQUIRE(distance == got[b * heads.size() + a]);
            if (heads[a] == heads[b]) REQUIRE(distance == 0);
            const double error = static_cast<double>(distance) - mean_divergence(heads[a], heads[b], queries);
            if (std::abs(error) > worst) UNSCOPED_INFO("heads " << a << ", " << b << ": " << error);
            worst = std::max(worst, std::abs(error));
        }
    return worst;
}

}  // namespace

TEST_CASE("features of two weights are as far apart as the weights diverge") {
    const DivergenceTable& table = divergence_table();
    constexpr int below = 23 - DivergenceTable::bins_log2;
    const auto bits_of = [](float x) { return std::bit_cast<uint32_t>(x); };
    const auto features = [&](float p) {
        const float r = std::min(p + DivergenceTable::least_weight, 1.0f);
        const uint32_t place = bits_of(r) - bits_of(DivergenceTable::least_weight);
        const double x = std::ldexp(static_cast<double>(place & ((1u << below) - 1)), 1 - below) - 1;
        const FeatureBin& bin = table.bins.at(place >> below);
        std::vector<double> of_p;
        for (size_t f = 0; f < divergence_features; ++f) {
            const double steps =
                (static_cast<double>(bin.curve[f]) * x + static_cast<double>(bin.slope[f])) * x +
                static_cast<double>(bin.middle[f]);
            const double lifted = steps + static_cast<double>(table.offset[f]);
            REQUIRE(lifted >= 0);
            REQUIRE(lifted < (f < fine_features ? 65535 : 255));
            of_p.push_back(steps * (f < fine_features ? table.fine_step : table.coarse_step));
        }
        return of_p;
    };
    std::vector<float> weights = {0.0f};
    for (double p = 1e-9; p <= 1; p *= 1.17) weights.push_back(static_cast<float>(p));
    weights.push_back(1.0f);
    double worst = 0;
    for (const float p : weights)
        for (const float q : weights) {
            double squares = 0;
            const std::vector<double> of_p = features(p), of_q = features(q);
            for (size_t f = 0; f < divergence_features; ++f)
                squares += (of_p[f] - of_q[f]) * (of_p[f] - of_q[f]);
            const double error = squares / 4 - divergence(static_cast<double>(p), static_cast<double>(q));
            // Summed over two rows of 2,048 keys the divisors are 1 at most.
            const double share = static_cast<double>(p + q) / 4 + 0.5 / 2048;
            worst = std::max(worst, std::abs(error) / share);
        }
    CAPTURE(worst);
    REQUIRE(worst < 8e-6);
}

TEST_CASE("tiles keep to the formula on hostile rows, the same for every query") {
    if (no_tiles()) return;
    for (const size_t keys : {size_t{1}, size_t{2}, size_t{7}, size_t{33}, size_t{128}, size_t{129},
                              size_t{610}, size_t{987}, size_t{2048}}) {
        const double worst = worst_error(hostile_heads(16, keys), 16, keys);
        CAPTURE(keys, worst);
        REQUIRE(worst < 6e-6);
    }
}

TEST_CASE("tiles keep to the formula for any number of heads and entries") {
    if (no_tiles()) return;
    std::mt19937 random(4);
    for (const size_t heads : {size_t{1}, size_t{5}, size_t{16}, size_t{17}, size_t{33}})
        for (const auto& [queries, keys] :
             {std::pair<size_t, size_t>{16, 16}, {19, 23}, {64, 64}, {40, 101}}) {
            std::normal_distribution<double> normal(0, 3);
            std::vector<Head> all(heads);
            for (Head& head : all)
                for (size_t i = 0; i < queries; ++i) {
                    const Head row = repeated(1, keys, [&](size_t) { return std::exp(normal(random)); });
                    head.insert(head.end(), row.begin(), row.end());
                }
            const double worst = worst_error(all, queries, keys);
            CAPTURE(heads, queries, keys, worst);
            REQUIRE(worst < 4e-6);
            REQUIRE(distances(all, queries, keys, 1) == distances(all, queries, keys, 3));
        }
}

TEST_CASE("tiles add up exactly over more entries than 32 bits hold") {
    if (no_tiles()) return;
    const size_t queries = 96, keys = 2048;
    const std::vector<Head> heads = hostile_heads(queries, keys);
    REQUIRE(worst_error(heads, queries, keys) < 6e-6);
    REQUIRE(distances(heads, queries, keys, 1) == distances(heads, queries, keys, 3));
}

TEST_CASE("tiles stop when they are told to, and write nothing") {
    if (no_tiles()) return;
    const Head head = repeated(64, 64, [](size_t) { return 1.0; });
    std::vector<float> out(4, -1.0f);
    int asked = 0;
    REQUIRE_FALSE(tile_distances({head.data(), head.data()}, 64, 64, 1, {[&] { return ++asked > 5; }, {}},
                                 out.data(), 2));
    REQUIRE(out == std::vector<float>(4, -1.0f));
    REQUIRE(asked > 5);
}
