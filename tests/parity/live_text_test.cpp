// A decoder keeps the keys and values of what a text shares with the one before: whatever came before, its
// frames are those of a fresh model.
#include <catch2/catch.hpp>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <random>
#include <thread>

#include "analysis/error.h"
#include "analysis/model.h"
#include "tests/analysis/test_files.h"

using namespace weft;

namespace {

constexpr int32_t vocabulary = 65;  // of the smallest case

// A case of tests/parity/checkpoints with a tokenizer whose token 12 is "w12".
class Decoder {
  public:
    explicit Decoder(const std::string& name) {
        const std::filesystem::path from =
            std::filesystem::path(WEFT_SOURCE_DIR) / "tests/parity/checkpoints" / name;
        for (const auto& file : std::filesystem::directory_iterator(from))
            std::filesystem::copy(file.path(), folder_.path());
        std::string words;
        for (int32_t id = 1; id < vocabulary; ++id)
            words += ", \"w" + std::to_string(id) + "\": " + std::to_string(id);
        test::write_file(
            folder_.path() / "tokenizer.json",
            R"({"version": "1.0", "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": false}, )"
            R"("pre_tokenizer": {"type": "BertPreTokenizer"}, "model": )"
            R"({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", )"
            R"("max_input_chars_per_word": 100, "vocab": {"[UNK]": 0)" +
                words + "}}}");
    }
    std::unique_ptr<Model> load() const { return Model::load(folder_.path().string(), "cpu"); }

  private:
    test::TemporaryFolder folder_;
};

std::string text_of(const std::vector<int32_t>& ids) {
    std::string text;
    for (const int32_t id : ids) text += (text.empty() ? "w" : " w") + std::to_string(id);
    return text;
}

AnalysisRequest request_of(const std::vector<int32_t>& ids) {
    AnalysisRequest request;
    request.text = text_of(ids);
    request.options.methods.clear();
    return request;
}

FramePtr last_frame(Model& model, const AnalysisRequest& request) {
    FramePtr last;
    const bool done = model.analyze(request, {}, [&](const FramePtr& frame) { last = frame; });
    REQUIRE(done);
    REQUIRE(last);
    return last;
}

void cancel_after(Model& model, const std::vector<int32_t>& ids, int64_t layers) {
    int64_t asked = 0;
    CHECK_FALSE(model.analyze(
        request_of(ids), [&] { return ++asked == layers; }, [](const FramePtr&) { FAIL("was posted"); }));
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
    REQUIRE(a.size() == b.size());
    double worst = 0;
    for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(double{a[i]} - b[i]));
    return worst;
}

double row_error(const AttentionBlock& block) {
    double worst = 0;
    for (const auto& layer : block.layer_weights)
        for (size_t row = 0; row < layer->size() / block.keys; ++row) {
            double sum = 0;
            for (size_t j = 0; j < block.keys; ++j) sum += (*layer)[row * block.keys + j];
            worst = std::max(worst, std::abs(sum - 1));
        }
    return worst;
}

// What `model` makes of the text now is what a fresh one makes of it.
void check_as_fresh(const Decoder& decoder, Model& model, const std::vector<int32_t>& ids) {
    AnalysisRequest request = request_of(ids);
    request.options.predictions = 10;
    const FramePtr kept = last_frame(model, request), fresh = last_frame(*decoder.load(), request);
    const AttentionBlock &a = kept->blocks[0], &b = fresh->blocks[0];
    REQUIRE(a.layer_weights.size() == b.layer_weights.size());
    for (size_t l = 0; l < a.layer_weights.size(); ++l) {
        INFO("layer " << l);
        CHECK(distance(*a.layer_weights[l], *b.layer_weights[l]) < 1e-5);
    }
    CHECK(std::abs(kept->max_row_sum_error - row_error(a)) < 1e-6);
    CHECK(kept->max_row_sum_error < 1e-5);
    REQUIRE(kept->predictions.size() == fresh->predictions.size());
    for (size_t i = 0; i < kept->predictions.size(); ++i)
        CHECK(kept->predictions[i].logit == Approx(fresh->predictions[i].logit).margin(1e-4));
}

}  // namespace

TEST_CASE("Typing, deleting, changing and stopping leave a decoder with a fresh model's attention") {
    const std::vector<int32_t> text = {2, 11, 25, 7, 63, 40, 1, 9, 30, 5, 3, 44, 12, 8};
    for (const char* name : {"llama", "llama_grouped", "llama_odd", "llama_dynamic", "llama_yarn", "mistral",
                             "qwen2_window", "qwen3_odd", "gpt2", "gpt2_bare", "gpt_neox", "gemma2",
                             "gemma2_odd", "llama_sequence_classification", "gpt2_sequence_classification"}) {
        INFO(name);
        const Decoder decoder(name);
        const std::unique_ptr<Model> model = decoder.load();
        const auto begin = text.begin();
        check_as_fresh(decoder, *model, {begin, begin + 8});
        for (size_t count = 9; count <= text.size(); ++count)  // a word at the end
            check_as_fresh(decoder, *model, {begin, begin + count});
        check_as_fresh(decoder, *model, {begin, begin + 5});  // deleted
        check_as_fresh(decoder, *model, {begin, begin + 5});  // the same again
        check_as_fresh(decoder, *model, text);
        std::vector<int32_t> changed = text;
        changed[6] = 50;
        check_as_fresh(decoder, *model, changed);
        check_as_fresh(decoder, *model, {3});
        changed.resize(30, 17);  // longer than the room that was kept
        check_as_fresh(decoder, *model, changed);
        check_as_fresh(decoder, *model, {begin, begin + 10});

        // A pass that is stopped after each of its layers, then another text or the same.
        for (int64_t layer = 1; layer <= model->summary().layers; ++layer)
            for (const bool same : {false, true}) {
                changed.assign(begin, begin + 12);
                changed[8] = 33 + static_cast<int32_t>(layer);
                cancel_after(*model, changed, layer);
                if (!same) changed[10] = 21;
                check_as_fresh(decoder, *model, changed);
            }
        // Within a layer: a long question makes the next one due at once.
        for (const int64_t question : {2, 3, 4, 6, 8}) {
            changed.assign(begin, begin + 12);
            changed[7] = 33 + static_cast<int32_t>(question);
            int64_t asked = 0;
            AnalysisRequest request = request_of(changed);
            const bool done = model->analyze(
                request,
                [&] {
                    return std::this_thread::sleep_for(std::chrono::milliseconds(11)), ++asked == question;
                },
                [](const FramePtr&) {});
            CHECK(done == (asked < question));
            changed[10] = 21;
            check_as_fresh(decoder, *model, changed);
        }
        cancel_after(*model, {9, 9, 9}, 1);
        cancel_after(*model, text, model->summary().layers);
        check_as_fresh(decoder, *model, text);

        // Hidden states of all tokens in between.
        AnalysisRequest all = request_of({begin, begin + 9});
        all.options.hidden_states = true;
        const FramePtr states = last_frame(*model, all), fresh = last_frame(*decoder.load(), all);
        CHECK(distance(*states->hidden_states.at(0).values, *fresh->hidden_states.at(0).values) < 1e-4);
        check_as_fresh(decoder, *model, {begin, begin + 11});
        all = request_of({begin, begin + 13});
        all.options.logits = true;
        if (model->summary().architecture.ends_with("Model")) continue;
        CHECK(distance(*last_frame(*model, all)->logits->values,
                       *last_frame(*decoder.load(), all)->logits->values) < 1e-4);
        check_as_fresh(decoder, *model, text);
    }
}

TEST_CASE("Padding typed at the end moves the row that a classifier reads, also behind a kept prefix") {
    const Decoder decoder("llama_sequence_classification");  // its padding is token 0, here [UNK]
    const std::unique_ptr<Model> model = decoder.load();
    AnalysisRequest request = request_of({2, 11, 25});
    request.options.predictions = 3;
    const std::vector<Prediction> without = last_frame(*model, request)->predictions;
    for (const char* padding : {" ?", " ? ?"}) {
        request.text = text_of({2, 11, 25}) + padding;
        const std::vector<Prediction> with = last_frame(*model, request)->predictions;
        REQUIRE(with.size() == 3);
        for (size_t i = 0; i < 3; ++i) {
            CHECK(with[i].id == without[i].id);
            CHECK(with[i].logit == Approx(without[i].logit).margin(1e-5));
        }
    }
}

TEST_CASE("The most probable next tokens come after the raw attention, and the chosen one is among them") {
    const Decoder decoder("llama_grouped");
    const std::unique_ptr<Model> model = decoder.load();
    AnalysisRequest request = request_of({2, 11, 25, 7});
    request.options.predictions = 10;
    request.options.next_token = true;
    std::vector<FramePtr> frames;
    REQUIRE(model->analyze(request, {}, [&](const FramePtr& frame) { frames.push_back(frame); }));
    REQUIRE(frames.size() == 2);
    CHECK(frames[0]->predictions.empty());
    CHECK_FALSE(frames[0]->next_token);
    CHECK(frames[0]->blocks[0].key_value_heads == 2);
    CHECK(frames[0]->blocks[0].heads == 4);
    REQUIRE(frames[1]->predictions.size() == 10);
    for (size_t i = 1; i < 10; ++i)
        CHECK(frames[1]->predictions[i - 1].probability >= frames[1]->predictions[i].probability);
    REQUIRE(frames[1]->next_token);
    CHECK(frames[1]->next_token->id == frames[1]->predictions[0].id);
    CHECK(frames[1]->next_token->probability == frames[1]->predictions[0].probability);
    CHECK(frames[1]->next_token->appended == frames[1]->predictions[0].appended);
    // The model's last two of 67 rows are no tokens.
    for (const Prediction& prediction : frames[1]->predictions)
        CHECK(prediction.appended == (prediction.id < vocabulary ? " " + prediction.text : ""));

    request.generation.temperature = 1;
    request.generation.top_k = 3;
    request.generation.seed = 5;
    const int32_t drawn = last_frame(*model, request)->next_token->id;
    CHECK(last_frame(*decoder.load(), request)->next_token->id == drawn);
    CHECK((drawn == frames[1]->predictions[0].id || drawn == frames[1]->predictions[1].id ||
           drawn == frames[1]->predictions[2].id));
    request.generation.top_p = 2;
    CHECK_THROWS_AS(last_frame(*model, request), UsageError);
}

TEST_CASE("A model that does not go on from a text is wrong usage when asked to") {
    for (const char* name : {"llama_bare", "llama_sequence_classification"}) {
        const Decoder decoder(name);
        AnalysisRequest request = request_of({2, 11});
        request.options.next_token = true;
        const std::unique_ptr<Model> model = decoder.load();
        CHECK_THROWS_AS(last_frame(*model, request), UsageError);
    }
}
