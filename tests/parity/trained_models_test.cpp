// A small decoder that was really trained, against reference tensors that others computed in float64.
#include <algorithm>
#include <nlohmann/json.hpp>

// LibTorch leaks a CHECK of its own.
#include "analysis/torch/head_forward.h"
#undef CHECK
#include "analysis/error.h"
#include "analysis/model.h"
#include "tests/analysis/test_files.h"
#include "tests/parity/family_case.h"

using namespace weft;
using namespace weft::torch_part;

namespace {

struct TrainedModel {
    ModelConfig config;
    std::shared_ptr<const ModelWeights> weights;

    explicit TrainedModel(const std::filesystem::path& folder)
        : config(load_model_config(folder.string())),
          weights(load_model_weights(config, Checkpoint::open(folder.string()))) {}

    std::vector<std::unique_ptr<StackForward>> forwards() const {
        std::vector<std::unique_ptr<StackForward>> list;
        list.push_back(make_plain_forward(weights, 0, "cpu"));
        if (kernels_fit(weights->stacks[0])) list.push_back(make_kernel_forward(weights, 0));
        return list;
    }
};

// Text `batch` of a reference tensor [B, ...].
std::vector<float> of_text(const test::FamilyReference& reference, const std::string& name, size_t batch,
                           size_t batches) {
    const std::vector<float> all = reference.floats(name);
    const size_t size = all.size() / batches;
    return {all.begin() + static_cast<int64_t>(batch * size),
            all.begin() + static_cast<int64_t>((batch + 1) * size)};
}

}  // namespace

TEST_CASE("A trained Llama gives its reference attention, states and logits") {
    const auto root = test::conformance_data("models");
    if (!root) return;
    const TrainedModel model(*root / "stories260K");
    const test::FamilyReference reference{
        Safetensors::open((*root / "stories260K" / "reference.safetensors").string())};
    const StackSpec& spec = model.config.stack();
    const std::vector<int32_t> ids = reference.ids("input_ids");
    const size_t batches = static_cast<size_t>(reference.file.find("input_ids")->shape[0]);
    const size_t count = ids.size() / batches;
    const HeadForward head(model.weights, model.config.head.value(), "cpu");
    for (const auto& forward : model.forwards())
        for (size_t b = 0; b < batches; ++b) {
            const auto first = ids.begin() + static_cast<int64_t>(b * count);
            forward->embed(std::vector<int32_t>(first, first + static_cast<int64_t>(count)), {}, 0);
            std::vector<float> hidden(count * static_cast<size_t>(spec.hidden)),
                attention(static_cast<size_t>(spec.attention.heads) * count * count);
            for (int64_t l = 0; l <= spec.layers; ++l) {
                INFO("layer " << l << ", text " << b);
                forward->copy_hidden(hidden.data());
                const auto states = of_text(reference, "hidden_states." + std::to_string(l), b, batches);
                CHECK(test::largest_distance(hidden, states) < 1e-4 * test::largest_of(states));
                if (l == spec.layers) break;
                CHECK(forward->run_layer(l, {attention.data(), nullptr}, true).self < 1e-5);
                CHECK(test::largest_distance(attention, of_text(reference, "attentions." + std::to_string(l),
                                                                b, batches)) < 1e-5);
            }
            forward->copy_output(hidden.data());
            const auto logits = of_text(reference, "logits", b, batches);
            CHECK(test::largest_distance(
                      head.run(hidden.data(), static_cast<int64_t>(count), spec.hidden, 0).values, logits) <
                  1e-4 * test::largest_of(logits));
        }
}

TEST_CASE("A trained Llama reads a text with its own tokenizer and goes on as its story does") {
    const auto root = test::conformance_data("models");
    if (!root) return;
    const std::filesystem::path folder = *root / "stories260K";
    const test::FamilyReference reference{Safetensors::open((folder / "reference.safetensors").string())};
    const std::unique_ptr<Model> model = Model::load(folder.string(), "cpu");
    AnalysisRequest request;
    request.text = "Once upon a time, there was a little girl named Lily.";
    request.options.next_token = true;
    request.options.predictions = 10;
    FramePtr last;
    REQUIRE(model->analyze(request, {}, [&](const FramePtr& frame) { last = frame; }));
    std::vector<int32_t> ids;
    for (const Token& token : last->stacks[0].tokens) ids.push_back(token.id);
    CHECK(ids == reference.ids("input_ids"));
    for (size_t l = 0; l < 5; ++l)
        CHECK(test::largest_distance(*last->blocks[0].layer_weights[l],
                                     reference.floats("attentions." + std::to_string(l))) < 1e-5);
    CHECK(last->blocks[0].key_value_heads == 4);
    REQUIRE(last->predictions.size() == 10);
    // Its own story begins with the same words.
    const std::string story = test::read_file(folder / "greedy_200.txt");
    REQUIRE(story.starts_with(request.text));
    for (int word = 0; word < 12; ++word) {
        request.text += last->next_token->appended;
        CHECK(story.starts_with(request.text));
        last = nullptr;
        model->analyze(request, {}, [&](const FramePtr& frame) { last = frame; });
        REQUIRE(last != nullptr);
    }
    CHECK(request.text.size() > 60);
}

// The file has lost the biases of query, key and value that its reference was computed with: queries of zero
// bias give another attention by up to 0.02.
TEST_CASE("A trained GPT-2 whose file has lost its biases is refused by their name, not computed without") {
    const auto root = test::conformance_data("models");
    if (!root) return;
    const TrainedModel model(*root / "gpt-nano-sort");
    std::string message;
    try {
        model.forwards();
    } catch (const Error& error) {
        message = error.what();
    }
    CHECK_THAT(message, Catch::Contains("\"transformer.h.0.attn.c_attn.bias\""));
}

TEST_CASE("A trained Llama tells its story token by token with the keys and values it keeps") {
    const auto root = test::conformance_data("models");
    if (!root) return;
    const TrainedModel model(*root / "stories260K");
    const auto expected =
        nlohmann::json::parse(test::read_file(*root / "stories260K" / "greedy_200_ids.json"))
            .get<std::vector<int32_t>>();
    const StackSpec& spec = model.config.stack();
    const HeadForward head(model.weights, model.config.head.value(), "cpu");
    const std::unique_ptr<StackForward> forward = make_plain_forward(model.weights, 0, "cpu");
    std::vector<int32_t> ids = {expected.front()};
    std::vector<float> state(static_cast<size_t>(spec.hidden)),
        attention(static_cast<size_t>(spec.attention.heads) * expected.size() * expected.size());
    while (ids.size() < expected.size()) {
        forward->embed(ids, {}, static_cast<int64_t>(ids.size()) - 1);
        for (int64_t l = 0; l < spec.layers; ++l) forward->run_layer(l, {attention.data(), nullptr}, true);
        forward->copy_output(state.data());
        const std::vector<float> logits = head.run(state.data(), 1, spec.hidden, 0).values;
        ids.push_back(static_cast<int32_t>(std::ranges::max_element(logits) - logits.begin()));
    }
    CHECK(ids == expected);
}
