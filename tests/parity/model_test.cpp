// What a Model does around its numbers: order of frames, stopping, limits, errors. On tiny random models.
#include "analysis/model.h"

#include <catch2/catch.hpp>

#include <limits>
#include <set>

#include "analysis/error.h"
#include "tests/analysis/test_files.h"
#include "tests/parity/tiny_bert.h"

using namespace weft;

namespace {

struct TinyModel {
    test::TemporaryFolder folder;
    std::unique_ptr<Model> model;

    explicit TinyModel(const test::TinyBert& bert = {}) {
        bert.write(folder.path());
        model = Model::load(folder.path().string(), "cpu");
    }
    std::vector<FramePtr> frames(const AnalysisRequest& request) const {
        std::vector<FramePtr> list;
        const bool done = model->analyze(request, {}, [&](const FramePtr& frame) { list.push_back(frame); });
        REQUIRE(done);
        return list;
    }
};

AnalysisRequest request_of(const std::string& text) {
    AnalysisRequest request;
    request.text = text;
    request.revision = 7;
    return request;
}

template <typename Run>
std::string failure(const Run& run) {
    try {
        run();
    } catch (const Error& error) {
        return error.what() + std::string(" | ") + error.hint();
    }
    return "no error";
}

}  // namespace

TEST_CASE("Raw attention comes first, quantities follow, only the last frame is complete") {
    const TinyModel tiny;
    const std::vector<FramePtr> frames = tiny.frames(request_of("warp wefts a"));
    REQUIRE(frames.size() == 3);
    for (size_t i = 0; i < frames.size(); ++i) {
        CHECK(frames[i]->part == i);
        CHECK(frames[i]->revision == 7);
        CHECK(frames[i]->complete == (i + 1 == frames.size()));
        CHECK(frames[i]->blocks[0].layer_weights == frames[0]->blocks[0].layer_weights);
    }
    CHECK(frames[0]->blocks[0].quantities.empty());
    CHECK(frames[0]->timings_ms.count("text_to_attention") == 1);
    CHECK(frames[0]->stacks[0].tokens.size() == 6);
    CHECK(frames[0]->stacks[0].segments == std::vector<uint8_t>(6));
    CHECK(frames[2]->blocks[0].quantities.count("rollout") == 1);
    CHECK(frames[2]->blocks[0].quantities.count("entropy") == 1);
    CHECK(frames[2]->provenance.device == "cpu");
    CHECK(frames[2]->provenance.model_type == "bert");
}

TEST_CASE("Hidden states are L + 1 when asked for, and the attention is the same with and without") {
    const TinyModel tiny;
    AnalysisRequest request = request_of("warp a weft");
    request.options.methods.clear();
    const std::vector<FramePtr> without = tiny.frames(request);
    request.options.hidden_states = true;
    const std::vector<FramePtr> with = tiny.frames(request);
    REQUIRE(without.size() == 1);
    REQUIRE(with.size() == 1);
    CHECK(without[0]->complete);
    CHECK(without[0]->hidden_states.empty());
    CHECK(with[0]->hidden_states.at(0).shape == std::vector<int64_t>{3, 5, 32});
    for (size_t l = 0; l < 2; ++l)
        CHECK(*with[0]->blocks[0].layer_weights[l] == *without[0]->blocks[0].layer_weights[l]);
}

TEST_CASE("A newer request ends the work after the current layer and nothing is posted") {
    const TinyModel tiny;
    int asked = 0, posted = 0;
    const auto post = [&](const FramePtr&) { ++posted; };
    CHECK_FALSE(tiny.model->analyze(
        request_of("warp"), [&] { return ++asked == 1; }, post));
    CHECK(asked == 1);
    CHECK(posted == 0);
    CHECK_FALSE(tiny.model->analyze(
        request_of("warp"), [&] { return posted == 1; }, post));
    CHECK(posted == 1);
    CHECK(tiny.model->analyze(request_of("warp"), {}, post));
}

TEST_CASE("The memory of a frame is used again only when nobody holds the frame") {
    const TinyModel tiny;
    AnalysisRequest request = request_of("warp weft");
    request.options.methods.clear();
    std::set<const float*> held;
    std::vector<FramePtr> keep;
    for (int i = 0; i < 10; ++i) {
        keep.push_back(tiny.frames(request)[0]);
        for (const auto& layer : keep.back()->blocks[0].layer_weights) held.insert(layer->data());
    }
    CHECK(held.size() == 20);
    keep.clear();
    const FramePtr again = tiny.frames(request)[0];
    CHECK(held.count(again->blocks[0].layer_weights[0]->data()) == 1);
}

TEST_CASE("A frame outlives its model") {
    FramePtr frame;
    {
        const TinyModel tiny;
        frame = tiny.frames(request_of("weft"))[2];
    }
    CHECK(frame->blocks[0].layer_weights[1]->size() == 2 * 3 * 3);
    frame.reset();
}

TEST_CASE("A text longer than the model is refused with both numbers, or cut and said where") {
    const TinyModel tiny;
    std::string text = "warp";
    for (int i = 1; i < 60; ++i) text += " warp";
    AnalysisRequest request = request_of(text);
    const std::string message = failure([&] { tiny.frames(request); });
    CHECK_THAT(message, Catch::Contains("62") && Catch::Contains("40"));
    request.options.truncate = true;
    const FramePtr frame = tiny.frames(request)[0];
    CHECK(frame->stacks[0].tokens.size() == 40);
    REQUIRE(frame->truncation);
    CHECK(frame->truncation->token_count == 62);
    CHECK(frame->truncation->token_limit == 40);
    CHECK(frame->truncation->byte_offset >= 38 * 5 - 1);
    CHECK(frame->truncation->byte_offset <= 38 * 5);
}

TEST_CASE("Widths that our tiles do not fit are computed by plain ATen") {
    test::TinyBert bert;
    bert.hidden = 12;
    bert.intermediate = 20;
    bert.heads = 3;
    bert.fill();
    const TinyModel tiny(bert);
    const FramePtr frame = tiny.frames(request_of("warp weft"))[2];
    CHECK(frame->blocks[0].heads == 3);
    CHECK(frame->max_row_sum_error < 1e-6);
}

TEST_CASE("A pair is refused by a model that knows one segment") {
    test::TinyBert bert;
    bert.types = 1;
    bert.fill();
    const TinyModel tiny(bert);
    AnalysisRequest request = request_of("warp");
    request.has_pair = true;
    request.pair = "weft";
    CHECK_THAT(failure([&] { tiny.frames(request); }), Catch::Contains("segment"));
}

TEST_CASE("A decoder's text is refused by a model that has no decoder") {
    const TinyModel tiny;
    AnalysisRequest request = request_of("warp");
    request.has_target = true;
    request.target_text = "weft";
    CHECK_THAT(failure([&] { tiny.frames(request); }), Catch::Contains("--target-text \"weft\""));
}

TEST_CASE("Numbers that overflow on the way name the layer") {
    test::TinyBert bert;
    for (size_t i = 0; i < 32 * 32; ++i) bert.set("encoder.layer.1.attention.self.query.weight", i, 3e38f);
    const TinyModel tiny(bert);
    CHECK_THAT(failure([&] { tiny.frames(request_of("warp")); }),
               Catch::Contains("layer 1") && Catch::Contains("not finite"));
}

TEST_CASE("A model folder that is damaged or not a model's is refused by name") {
    const auto load = [](const test::TemporaryFolder& folder) {
        return failure([&] { Model::load(folder.path().string(), "cpu"); });
    };
    const test::TinyBert bert;
    const std::string whole = bert.safetensors();
    for (const size_t length : {size_t{0}, size_t{7}, size_t{100}, whole.size() - 1}) {
        const test::TemporaryFolder folder;
        bert.write(folder.path());
        test::write_file(folder.path() / "model.safetensors", whole.substr(0, length));
        INFO("first " << length << " bytes");
        CHECK_THAT(load(folder), Catch::Contains("model.safetensors"));
    }
    {
        const test::TemporaryFolder folder;
        bert.write(folder.path());
        std::filesystem::rename(folder.path() / "model.safetensors", folder.path() / "pytorch_model.bin");
        CHECK_THAT(load(folder), Catch::Contains("pickle") && Catch::Contains("save_file"));
        std::filesystem::remove(folder.path() / "pytorch_model.bin");
        CHECK_THAT(load(folder), Catch::Contains("has no model.safetensors"));
    }
    {
        test::TinyBert small = bert;
        small.vocabulary.resize(8);
        small.fill();
        const test::TemporaryFolder folder;
        small.write(folder.path());
        test::write_file(folder.path() / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\ne\n");
        CHECK_THAT(load(folder), Catch::Contains("10") && Catch::Contains("8"));
    }
    CHECK_THAT(failure([] { Model::load("/nowhere", "cpu"); }), Catch::Contains("/nowhere"));
}

TEST_CASE("A device that is not there is refused with the reason, an unknown one is wrong usage") {
    const test::TemporaryFolder folder;
    test::TinyBert().write(folder.path());
    CHECK_THROWS_AS(Model::load(folder.path().string(), "gpu"), UsageError);
    CHECK(Model::load(folder.path().string(), "auto") != nullptr);
}

TEST_CASE("A masked language model predicts the first mask that was typed, else the last row") {
    const test::TemporaryFolder folder;
    const std::string source = std::string(WEFT_SOURCE_DIR) + "/tests/parity/checkpoints/bert_masked_lm/";
    for (const char* name : {"config.json", "model.safetensors"})
        std::filesystem::copy_file(source + name, folder.path() / name);
    std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (int i = 5; i < 67; ++i) vocabulary += "w" + std::to_string(i) + "\n";
    test::write_file(folder.path() / "vocab.txt", vocabulary);
    const auto model = Model::load(folder.path().string(), "cpu");
    const auto row_of = [&](const std::string& text) {
        AnalysisRequest request = request_of(text);
        request.options.predictions = 10;
        request.options.logits = true;
        FramePtr frame;
        model->analyze(request, {}, [&](const FramePtr& posted) { frame = posted; });
        REQUIRE(frame->predictions.size() == 10);
        const Prediction& best = frame->predictions.front();
        const std::vector<float>& logits = *frame->logits->values;
        for (size_t row = 0; row < frame->stacks[0].tokens.size(); ++row)
            if (logits[row * 67 + best.id] == best.logit) return static_cast<int>(row);
        return -1;
    };
    CHECK(row_of("w7 [MASK] w9 [MASK] w11") == 2);
    CHECK(row_of("w7 w8 w9") == 4);
}
