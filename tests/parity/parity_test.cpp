// Every number that one forward pass gives, against what PyTorch and transformers computed for the same texts
// (write_references.py). Tolerances: METHODS.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "analysis/checkpoint/model_folder.h"
#include "analysis/checkpoint/safetensors.h"
#include "analysis/error.h"
#include "analysis/model.h"

using namespace weft;

namespace {

const std::string references = std::string(WEFT_SOURCE_DIR) + "/tests/parity/references/";

std::optional<std::string> mini_lm() {
    const std::string folder = models_folder() + "/" + default_model;
    if (std::filesystem::exists(folder + "/model.safetensors")) return folder;
    std::printf("skipped: there is no \"%s\", parity with transformers not checked\n", folder.c_str());
    return std::nullopt;
}

struct Reference {
    Safetensors file;
    std::vector<float> floats(const std::string& name) const {
        const SafetensorsTensor* tensor = file.find(name);
        REQUIRE(tensor != nullptr);
        return to_float32(*tensor, file.path());
    }
    std::vector<int64_t> integers(const std::string& name) const {
        const SafetensorsTensor* tensor = file.find(name);
        REQUIRE(tensor != nullptr);
        REQUIRE(tensor->dtype == Dtype::i64);
        std::vector<int64_t> values(tensor->elements);
        std::memcpy(values.data(), tensor->data.data(), tensor->data.size());
        return values;
    }
};

// Largest |ours - expected|, where `expected` is [outer, rows, inner] of our [outer, all, inner].
double distance(const float* ours, int64_t outer, int64_t all, int64_t inner,
                const std::vector<int64_t>& rows, const std::vector<float>& expected) {
    REQUIRE(expected.size() == static_cast<size_t>(outer * inner) * rows.size());
    double worst = 0;
    for (int64_t o = 0; o < outer; ++o)
        for (size_t r = 0; r < rows.size(); ++r)
            for (int64_t i = 0; i < inner; ++i)
                worst = std::max(worst, std::abs(double{ours[(o * all + rows[r]) * inner + i]} -
                                                 expected[(o * rows.size() + r) * inner + i]));
    return worst;
}

FramePtr analyze(Model& model, AnalysisRequest request) {
    FramePtr last;
    REQUIRE(model.analyze(request, {}, [&](const FramePtr& frame) { last = frame; }));
    REQUIRE(last);
    REQUIRE(last->complete);
    return last;
}

}  // namespace

TEST_CASE("Tokens, attention, hidden states, rollout and entropy are those of transformers") {
    const std::optional<std::string> folder = mini_lm();
    if (!folder) return;
    const auto model = Model::load(*folder, "cpu");
    std::printf(
        "largest errors  text       tokens  attention  rollout  entropy  hidden states (of the largest)\n");
    for (const char* name : {"word", "sentence", "question", "scripts", "pair", "unknown", "prose"}) {
        INFO("text \"" << name << "\"");
        const Reference reference{Safetensors::open(references + name + ".safetensors")};
        AnalysisRequest request;
        request.text = reference.file.metadata().at("text");
        request.has_pair = reference.file.metadata().count("pair") > 0;
        if (request.has_pair) request.pair = reference.file.metadata().at("pair");
        request.options.hidden_states = true;
        const FramePtr frame = analyze(*model, request);
        const AttentionBlock& block = frame->blocks.at(0);

        std::vector<int64_t> ids,
            segments(frame->stacks[0].segments.begin(), frame->stacks[0].segments.end());
        for (const Token& token : frame->stacks[0].tokens) ids.push_back(token.id);
        REQUIRE(ids == reference.integers("ids"));
        CHECK(segments == reference.integers("token_types"));

        const int64_t count = static_cast<int64_t>(ids.size()), heads = block.heads;
        const std::vector<int64_t> rows = reference.integers("rows");
        const std::vector<float> attention = reference.floats("attention");
        const size_t layer_size = heads * rows.size() * count;
        REQUIRE(attention.size() == block.layers * layer_size);
        double attention_error = 0.0, entropy_error = 0.0;
        for (uint32_t l = 0; l < block.layers; ++l) {
            INFO("layer " << l);
            const std::vector<float> layer(attention.begin() + l * layer_size,
                                           attention.begin() + (l + 1) * layer_size);
            const double error = distance(block.layer_weights[l]->data(), heads, count, count, rows, layer);
            CHECK(error < 1e-5);
            attention_error = std::max(attention_error, error);
        }
        CHECK(block.max_row_sum_error < 1e-5);

        const auto quantity = [&](const char* quantity_name) -> const std::vector<float>& {
            return *block.quantities.at(quantity_name).values;
        };
        const double rollout_error = distance(quantity("rollout").data(), block.layers, count, count, rows,
                                              reference.floats("rollout"));
        CHECK(rollout_error < 1e-5);
        const std::vector<int64_t> whole = {0};
        for (const char* entropy : {"entropy", "entropy.normalised"}) {
            const double error = distance(quantity(entropy).data(), 1, 1, block.layers * heads * count, whole,
                                          reference.floats(entropy));
            CHECK(error < 1e-5);
            entropy_error = std::max(entropy_error, error);
        }

        const std::vector<float> hidden = reference.floats("hidden_states");
        float largest = 0;
        for (const float value : hidden) largest = std::max(largest, std::abs(value));
        CHECK(frame->hidden_states.at(0).shape == std::vector<int64_t>{block.layers + 1, count, 384});
        const double hidden_error = distance(frame->hidden_states[0].values->data(), block.layers + 1, count,
                                             384, reference.integers("hidden_rows"), hidden) /
                                    largest;
        CHECK(hidden_error < 1e-4);
        std::printf("                %-10s %6lld    %.1e  %.1e  %.1e  %.1e\n", name,
                    static_cast<long long>(count), attention_error, rollout_error, entropy_error,
                    hidden_error);
    }
}
