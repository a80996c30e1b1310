// Gradient methods as somebody asks a model for them: which frames come, what they carry, and that the scalar
// is the one that METHODS name for each kind of model.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "analysis/error.h"
#include "tests/parity/tiny_folder.h"

using namespace weft;

namespace {

const std::set<std::string> all_methods = {"gradient_flow",
                                           "gradient_attention",
                                           "grad_cam",
                                           "relevance",
                                           "head_importance",
                                           "integrated_gradients",
                                           "attention_integrated_gradients"};

FramePtr last_frame(Model& model, const AnalysisRequest& request) {
    FramePtr last;
    REQUIRE(model.analyze(request, {}, [&](FramePtr frame) { last = std::move(frame); }));
    REQUIRE(last);
    CHECK(last->complete);
    return last;
}

AnalysisRequest explained(const test::TinyModelFolder& folder, const std::vector<int32_t>& ids) {
    AnalysisRequest request = folder.request(ids);
    request.options.methods = all_methods;
    request.options.logits = true;
    return request;
}

}  // namespace

TEST_CASE("A frame carries every gradient method of every block, the target, the deltas and what each took",
          "[gradients]") {
    for (const char* name : {"bert_masked_lm", "gpt2", "vit_image_classification", "bart"}) {
        INFO(name);
        const test::TinyModelFolder folder(name);
        const std::unique_ptr<Model> model = folder.load();
        const FramePtr frame = last_frame(*model, explained(folder, {11, 25, 7, 63}));
        REQUIRE(frame->target.has_value());
        const std::vector<float>& logits = *frame->logits->values;
        const int64_t classes = frame->logits->shape.back(),
                      row = std::max<int64_t>(frame->target->position, 0);
        const auto first = logits.begin() + row * classes;
        // The largest logit of the row where the model predicts.
        CHECK(frame->target->index == std::max_element(first, first + classes) - first);
        CHECK(frame->target->value == Approx(first[frame->target->index]).epsilon(1e-5));
        const size_t stacks = frame->stacks.size();
        for (const AttentionBlock& block : frame->blocks) {
            for (const std::string& method : all_methods)
                CHECK(block.quantities.contains(method) ==
                      (method != "integrated_gradients" || block.kind != AttentionKind::cross));
            CHECK(block.quantities.at("grad_cam").shape == std::vector<int64_t>{block.keys});
            CHECK(block.quantities.at("relevance").shape == std::vector<int64_t>{block.queries, block.keys});
        }
        CHECK(frame->deltas.size() == (stacks == 1 ? 2u : 5u));
        for (const char* timing : {"gradients", "gradient_flow", "relevance", "integrated_gradients"})
            CHECK(frame->timings_ms.contains(timing));
    }
}

TEST_CASE(
    "A masked language model is explained at the first mask typed, a decoder and a pair of stacks at their "
    "last row",
    "[gradients]") {
    const test::TinyModelFolder decoder("gpt2", -1);
    const FramePtr text = last_frame(*decoder.load(), explained(decoder, {11, 25, 7}));
    CHECK(text->target->kind == "token");
    CHECK(text->target->position == 2);
    const test::TinyModelFolder two("bart");
    AnalysisRequest request = explained(two, {11, 25, 7});
    request.has_target = true;
    request.target_text = "w8 w51 w17";
    const FramePtr pair = last_frame(*two.load(), request);
    CHECK(pair->target->position == static_cast<int64_t>(pair->stacks[1].tokens.size()) - 1);
}

TEST_CASE("Special tokens keep their embedding: they get nothing of integrated gradients", "[gradients]") {
    const test::TinyModelFolder folder("bert_masked_lm");
    const FramePtr frame = last_frame(*folder.load(), explained(folder, {11, 25, 7}));
    const std::vector<float>& tokens = *frame->blocks[0].quantities.at("integrated_gradients").values;
    for (size_t i = 0; i < tokens.size(); ++i) CHECK((tokens[i] == 0) == frame->stacks[0].tokens[i].special);
}

TEST_CASE("A similarity with the same text is 1 and has no slope; with another one it has", "[gradients]") {
    const test::TinyModelFolder folder("bert");
    const std::unique_ptr<Model> model = folder.load();
    AnalysisRequest request = folder.request({11, 25, 7});
    request.options.methods = {"head_importance"};
    request.options.method.target = parse_target("similarity:" + test::TinyModelFolder::words({11, 25, 7}));
    const auto importance = [&] {
        const FramePtr frame = last_frame(*model, request);
        const std::vector<float>& heads = *frame->blocks[0].quantities.at("head_importance").values;
        return std::pair(frame->target->value, std::accumulate(heads.begin(), heads.end(), 0.0));
    };
    const auto [same, no_slope] = importance();
    CHECK(same == Approx(1).epsilon(1e-6));
    CHECK(no_slope < 1e-5);
    request.options.method.target = parse_target("similarity:" + test::TinyModelFolder::words({40, 8}));
    const auto [other, slope] = importance();
    CHECK(other < 0.999);
    CHECK(slope > 1e-3);
}

TEST_CASE("A target that the model does not have comes as wrong usage, and the model goes on",
          "[gradients]") {
    const test::TinyModelFolder folder("bert_masked_lm");
    const std::unique_ptr<Model> model = folder.load();
    AnalysisRequest request = explained(folder, {11, 25, 7});
    request.options.method.target = parse_target("w7x");
    CHECK_THROWS_AS(model->analyze(request, {}, [](const FramePtr&) {}), UsageError);
    request.options.method.target = parse_target("w7");
    CHECK(last_frame(*model, request)->target->index == 7);
}
