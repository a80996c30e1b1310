#include "analysis/method/rollout.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/method/entropy.h"
#include "analysis/method/residual_layers.h"
#include "tests/analysis/method/method_references.h"

using namespace weft;
using namespace weft::test;
using Catch::Contains;
using nlohmann::json;

namespace {

constexpr float tolerance = 1e-5f;  // METHODS: rollout and entropy absolute

RolloutOptions options_of(const json& row) {
    RolloutOptions options;
    options.residual = row.value("residual", 0.5);
    options.discard = row.value("ratio", 0.0);
    options.first_layer = row.value("first", 0);
    if (row.value("scope", "row") == "layer") options.discard_scope = DiscardScope::layer;
    if (!row.contains("how")) return options;
    const json& how = row["how"];
    if (how.is_number()) {
        options.fuse = Fuse::head;
        options.head = how;
    } else if (how.is_array()) {
        options.fuse = Fuse::weights;
        options.weights = how.get<std::vector<double>>();
    } else {
        options.fuse = how == "max" ? Fuse::max : Fuse::min;
    }
    return options;
}

}  // namespace

TEST_CASE("rollout of identity attention is the identity") {
    const FrameTensor result = rollout(identity_attention(3, 2, 5), {});
    REQUIRE(result.shape == std::vector<int64_t>{3, 5, 5});
    for (size_t i = 0; i < 75; ++i) REQUIRE((*result.values)[i] == (i % 25 % 6 == 0 ? 1.0f : 0.0f));
}

TEST_CASE("rollout of uniform attention halves the distance to uniform in each layer") {
    const FrameTensor result = rollout(uniform_attention(4, 2, 8, 8), {});
    for (size_t l = 0; l < 4; ++l) {
        const double off = (1 - std::pow(0.5, static_cast<double>(l + 1))) / 8;
        REQUIRE((*result.values)[l * 64 + 1] == Approx(off).margin(1e-7));
        REQUIRE((*result.values)[l * 64 + 9] ==
                Approx(off + std::pow(0.5, static_cast<double>(l + 1))).margin(1e-7));
    }
}

TEST_CASE("without residual the rollout of one-hot attention follows the arrows") {
    // Every query looks at the key after it, around a ring of five.
    const AttentionBlock ring = make_attention(
        3, 1, 5, 5, [](auto, auto, size_t i, size_t j) { return j == (i + 1) % 5 ? 1.0f : 0.0f; });
    RolloutOptions plain;
    plain.residual = 0;
    const FrameTensor result = rollout(ring, plain);
    for (size_t l = 0; l < 3; ++l)
        for (size_t i = 0; i < 5; ++i) REQUIRE((*result.values)[l * 25 + i * 5 + (i + l + 1) % 5] == 1.0f);
}

TEST_CASE("rollout of causal attention stays causal and its rows sum to one") {
    const FrameTensor result = rollout(causal_uniform_attention(3, 2, 6), {});
    for (size_t l = 0; l < 3; ++l)
        for (size_t i = 0; i < 6; ++i) {
            double sum = 0;
            for (size_t j = 0; j < 6; ++j) {
                const float value = (*result.values)[l * 36 + i * 6 + j];
                if (j > i) REQUIRE(value == 0.0f);
                sum += static_cast<double>(value);
            }
            REQUIRE(sum == Approx(1).margin(1e-6));
        }
}

TEST_CASE("of equal entries the lower index is discarded first") {
    RolloutOptions options;
    options.residual = 0;
    options.discard = 0.5;
    const FrameTensor rows = rollout(uniform_attention(1, 1, 4, 4), options);
    for (size_t i = 0; i < 16; ++i) REQUIRE((*rows.values)[i] == (i % 4 < 2 ? 0.0f : 0.5f));
    options.discard_scope = DiscardScope::layer;  // rows 0 and 1 lose everything: identity rows
    const FrameTensor layer = rollout(uniform_attention(1, 1, 4, 4), options);
    for (size_t i = 0; i < 16; ++i)
        REQUIRE((*layer.values)[i] == (i < 8 ? (i % 5 == 0 ? 1.0f : 0.0f) : 0.25f));
}

TEST_CASE("rollout and entropy equal the references of an independent script for every option") {
    const json all = method_references();
    for (const json& row : all["blocks"]) {
        const AttentionBlock block = reference_block(row, all["layers"], all["heads"], all["size"]);
        for (const json& reference : row["rollouts"]) {
            INFO(reference["options"].dump());
            const FrameTensor result = rollout(block, options_of(reference["options"]));
            require_close(*result.values, reference["values"].get<std::vector<float>>(), tolerance);
        }
        const EntropyResult entropies = entropy(block);
        require_close(*entropies.entropy.values, row["entropy"].get<std::vector<float>>(), tolerance);
        require_close(*entropies.normalised.values, row["entropy.normalised"].get<std::vector<float>>(),
                      tolerance);
    }
}

TEST_CASE("rollout options out of range are refused with the value") {
    const AttentionBlock block = uniform_attention(2, 3, 4, 4);
    const auto refused = [&](auto change) {
        RolloutOptions options;
        change(options);
        REQUIRE_THROWS_AS(rollout(block, options), Error);
    };
    refused([](RolloutOptions& o) { o.residual = -0.1; });
    refused([](RolloutOptions& o) { o.residual = NAN; });
    refused([](RolloutOptions& o) { o.discard = 1.5; });
    refused([](RolloutOptions& o) { o.first_layer = 2; });
    refused([](RolloutOptions& o) { o.fuse = Fuse::head, o.head = 3; });
    refused([](RolloutOptions& o) { o.fuse = Fuse::weights, o.weights = {1, 1}; });
    refused([](RolloutOptions& o) { o.fuse = Fuse::weights, o.weights = {1, -1, 1}; });
    REQUIRE_THROWS_WITH(rollout(uniform_attention(1, 1, 2, 3), {}), Contains("self-attention"));
}

TEST_CASE("rollout and entropy stop when they are superseded") {
    int asked = 0;
    const auto second_time = [&asked] { return ++asked == 2; };
    REQUIRE(rollout(uniform_attention(5, 1, 3, 3), {}, {second_time, {}}).values == nullptr);
    REQUIRE(asked == 2);
    REQUIRE(entropy(uniform_attention(5, 1, 3, 3), [] { return true; }).entropy.values == nullptr);
}

TEST_CASE("rollout of many tokens equals the product of its layers, and stops within them") {
    const uint32_t size = 301;  // several blocks of rows, columns and products, each with a rest
    const AttentionBlock block = softmax_attention(3, 2, size, size, 4, 7);
    std::vector<double> expected(size * size), step(size * size);
    for (size_t i = 0; i < size; ++i) expected[i * size + i] = 1;
    const FrameTensor result = rollout(block, {});
    for (size_t l = 0; l < 3; ++l) {
        const std::vector<float> of_layer = residual_layer(block, {}, l);
        std::ranges::fill(step, 0.0);
        for (size_t i = 0; i < size; ++i)
            for (size_t k = 0; k < size; ++k)
                for (size_t j = 0; j < size; ++j)
                    step[i * size + j] +=
                        static_cast<double>(of_layer[i * size + k]) * expected[k * size + j];
        std::swap(step, expected);
        double largest = 0;
        for (size_t k = 0; k < size * size; ++k)
            largest = std::max(
                largest, std::abs(expected[k] - static_cast<double>((*result.values)[l * size * size + k])));
        REQUIRE(largest < 1e-6);
    }
    // Few enough for one thread: between blocks of rows it is asked more often than layers and tasks would.
    const AttentionBlock small = softmax_attention(3, 2, 97, 97, 4, 7);
    std::vector<float> told;
    rollout(small, {}, {{}, [&told](float share) { told.push_back(share); }});
    REQUIRE(told.size() > 15);
    REQUIRE(std::ranges::is_sorted(told));
    REQUIRE(told.back() > 0.8f);
    REQUIRE(told.back() <= 1.0f);
    size_t asked = 0;
    const auto stop = [&asked] { return ++asked > 15; };
    REQUIRE(rollout(small, {}, {stop, {}}).values == nullptr);
    REQUIRE(asked == 16);
}

TEST_CASE("entropy of uniform attention is the logarithm of its keys, of one-hot attention zero") {
    for (const uint32_t keys : {1u, 2u, 7u, 8u, 9u, 64u, 382u}) {
        const EntropyResult result = entropy(uniform_attention(1, 1, 3, keys));
        REQUIRE((*result.entropy.values)[1] == Approx(std::log(keys)).margin(tolerance));
        REQUIRE((*result.normalised.values)[1] == Approx(keys > 1 ? 1.0 : 0.0).margin(tolerance));
    }
    const EntropyResult one_hot = entropy(identity_attention(2, 2, 19));
    for (const float value : *one_hot.entropy.values) REQUIRE(value == Approx(0).margin(tolerance));
    const EntropyResult causal = entropy(causal_uniform_attention(1, 1, 6));
    REQUIRE((*causal.normalised.values)[0] == 0.0f);
    for (size_t i = 1; i < 6; ++i) REQUIRE((*causal.normalised.values)[i] == Approx(1).margin(tolerance));
    REQUIRE(entropy(uniform_attention(1, 2, 4, 6)).entropy.shape == std::vector<int64_t>{1, 2, 4});
}
