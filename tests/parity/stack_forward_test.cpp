// Our kernels against plain ATen, and the loading of weights, on tiny random models.
#include "analysis/torch/stack_forward.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "analysis/error.h"
#include "analysis/torch/stack_loader.h"
#include "tests/analysis/test_files.h"
#include "tests/parity/tiny_bert.h"

using namespace weft;
using namespace weft::torch_part;

namespace {

struct Pass {
    std::vector<float> attention;  // [L, H, N, N]
    std::vector<float> hidden;     // [L + 1, N, D]
    double worst_row = 0;
};

Pass run(StackForward& forward, const StackSpec& spec, const std::vector<int32_t>& ids,
         const std::vector<uint8_t>& segments) {
    const size_t square = spec.attention.heads * ids.size() * ids.size(), state = spec.hidden * ids.size();
    Pass pass;
    pass.attention.resize(spec.layers * square);
    pass.hidden.resize((spec.layers + 1) * state);
    forward.embed(ids, segments, 0);
    forward.copy_hidden(pass.hidden.data());
    for (int64_t l = 0; l < spec.layers; ++l) {
        pass.worst_row = std::max(
            pass.worst_row, forward.run_layer(l, {pass.attention.data() + l * square, nullptr}, true).self);
        forward.copy_hidden(pass.hidden.data() + (l + 1) * state);
    }
    return pass;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
    REQUIRE(a.size() == b.size());
    double worst = 0;
    for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(double{a[i]} - b[i]));
    return worst;
}

std::shared_ptr<const ModelWeights> load(const test::TinyBert& bert) {
    const test::TemporaryFolder folder;
    bert.write(folder.path());
    return load_model_weights(load_model_config(folder.path().string()),
                              Checkpoint::open(folder.path().string()));
}

// The message of the error that loading gives, with its hint.
std::string failure(const test::TinyBert& bert) {
    try {
        make_kernel_forward(load(bert), 0);
    } catch (const Error& error) {
        return error.what() + std::string(" | ") + error.hint();
    }
    return "no error";
}

}  // namespace

TEST_CASE("Our kernels and plain ATen agree on attention and hidden states") {
    for (const char* activation : {"gelu", "gelu_new", "relu"}) {
        test::TinyBert bert;
        bert.activation = activation;
        const auto weights = load(bert);
        REQUIRE(kernels_fit(weights->stacks[0]));
        const auto kernels = make_kernel_forward(weights, 0), plain = make_plain_forward(weights, 0, "cpu");
        for (const int32_t count : {1, 2, 13, 40, 5}) {
            std::vector<int32_t> ids(count);
            std::vector<uint8_t> segments(count);
            for (int32_t i = 0; i < count; ++i) ids[i] = (i * 5 + 2) % 9, segments[i] = i > count / 2;
            const Pass ours = run(*kernels, weights->stacks[0].spec, ids, segments);
            const Pass theirs = run(*plain, weights->stacks[0].spec, ids, segments);
            INFO(activation << ", tokens " << count);
            CHECK(distance(ours.attention, theirs.attention) < 2e-6);
            CHECK(distance(ours.hidden, theirs.hidden) < 1e-5);
            CHECK(ours.worst_row < 1e-6);
            CHECK(theirs.worst_row < 1e-6);
        }
    }
}

TEST_CASE("The last layer's attention does not need the rest of the last layer") {
    const auto weights = load(test::TinyBert());
    const auto forward = make_kernel_forward(weights, 0);
    const std::vector<int32_t> ids = {2, 5, 6, 3};
    const std::vector<uint8_t> segments(4);
    const Pass whole = run(*forward, weights->stacks[0].spec, ids, segments);
    std::vector<float> attention(2 * 4 * 4);
    forward->embed(ids, segments, 0);
    forward->run_layer(0, {attention.data(), nullptr}, true);
    forward->run_layer(1, {attention.data(), nullptr}, false);
    CHECK(std::equal(attention.begin(), attention.end(), whole.attention.begin() + 2 * 4 * 4));
}

TEST_CASE("Weights load with and without the prefix, old norm names and BF16, to the same numbers") {
    test::TinyBert bert;
    bert.cut_to_bf16();
    const auto weights = load(bert);
    const std::vector<int32_t> ids = {2, 5, 6, 7, 3};
    const std::vector<uint8_t> segments = {0, 0, 0, 1, 1};
    const Pass plain = run(*make_kernel_forward(weights, 0), weights->stacks[0].spec, ids, segments);
    const auto same = [&](const test::TinyBert& other) {
        const auto loaded = load(other);
        return distance(run(*make_kernel_forward(loaded, 0), loaded->stacks[0].spec, ids, segments).attention,
                        plain.attention);
    };
    test::TinyBert prefixed = bert;
    prefixed.prefix = "bert.";
    CHECK(same(prefixed) == 0);
    test::TinyBert narrow = bert;
    narrow.to_bf16();
    CHECK(same(narrow) == 0);
    test::TinyBert old = bert;
    for (const char* norm : {"embeddings.LayerNorm", "encoder.layer.1.output.LayerNorm"}) {
        const std::string name = norm;
        old.tensors[name + ".gamma"] = old.tensors.at(name + ".weight");
        old.tensors[name + ".beta"] = old.tensors.at(name + ".bias");
        old.tensors.erase(name + ".weight");
        old.tensors.erase(name + ".bias");
    }
    CHECK(same(old) == 0);
}

TEST_CASE("A missing tensor, a wrong shape, a wrong type and a number that is none are named") {
    test::TinyBert bert;
    bert.tensors.erase("encoder.layer.1.attention.self.key.bias");
    CHECK_THAT(failure(bert), Catch::Contains("\"encoder.layer.1.attention.self.key.bias\""));

    bert.fill();
    bert.tensors.erase("embeddings.word_embeddings.weight");
    CHECK_THAT(failure(bert),
               Catch::Contains("\"embeddings.word_embeddings.weight\"") && Catch::Contains("config.json"));

    bert.fill();
    bert.tensors.at("encoder.layer.0.intermediate.dense.weight").shape = {32, 48};
    CHECK_THAT(failure(bert), Catch::Contains("[32, 48]") && Catch::Contains("[48, 32]"));

    bert.fill();
    bert.tensors.at("encoder.layer.0.output.dense.bias").dtype = "I32";
    CHECK_THAT(failure(bert), Catch::Contains("I32"));

    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
        bert.fill();
        bert.set("encoder.layer.1.output.dense.weight", 1535, bad);
        CHECK_THAT(failure(bert), Catch::Contains("\"encoder.layer.1.output.dense.weight\"") &&
                                      Catch::Contains("infinity or NaN"));
    }
}
