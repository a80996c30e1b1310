// A model of two stacks as a whole: its text given or generated, its frames, what is used again, stopping,
// limits, errors. On the tiny checkpoints; generated ids are those of transformers (write_generation.py).
#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "analysis/error.h"
#include "analysis/model.h"
#include "tests/analysis/test_files.h"
#include "tests/parity/family_case.h"

using namespace weft;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds long_question{11};  // longer than a pass goes on without asking

std::filesystem::path checkpoint(const std::string& name) {
    return std::filesystem::path(WEFT_SOURCE_DIR) / "tests/parity/checkpoints" / name;
}

// Token 11 is the word "w11"; the tokenizer adds `end` behind a text.
std::string tokenizer_json(int64_t vocabulary, int64_t end) {
    json words = json::object();
    for (int64_t id = 0; id < vocabulary; ++id) words["w" + std::to_string(id)] = id;
    const std::string name = "w" + std::to_string(end);
    return json{{"added_tokens", json::array()},
                {"normalizer", nullptr},
                {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
                {"post_processor",
                 {{"type", "TemplateProcessing"},
                  {"single",
                   {{{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
                    {{"SpecialToken", {{"id", name}, {"type_id", 0}}}}}},
                  {"pair",
                   {{{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
                    {{"Sequence", {{"id", "B"}, {"type_id", 0}}}},
                    {{"SpecialToken", {{"id", name}, {"type_id", 0}}}}}},
                  {"special_tokens", {{name, {{"id", name}, {"ids", {end}}, {"tokens", {name}}}}}}}},
                {"model", {{"type", "WordPiece"}, {"unk_token", "w3"}, {"vocab", words}}}}
        .dump();
}

struct TinyFolder {
    test::TemporaryFolder folder;

    explicit TinyFolder(const std::string& name, int64_t vocabulary = 67, int64_t end = 2) {
        for (const char* file : {"config.json", "model.safetensors"})
            std::filesystem::copy(checkpoint(name) / file, folder.path() / file);
        write("tokenizer.json", tokenizer_json(vocabulary, end));
    }
    void write(const char* name, const std::string& content) const {
        test::write_file(folder.path() / name, content);
    }
    // config.json with `key` changed.
    void edit(const char* key, const json& value) const {
        json config = json::parse(test::read_file(folder.path() / "config.json"));
        config[key] = value;
        write("config.json", config.dump());
    }
    std::unique_ptr<Model> load() const { return Model::load(folder.path().string(), "cpu"); }
};

std::string words_of(const std::vector<int32_t>& ids) {
    std::string text;
    for (const int32_t id : ids) text += (text.empty() ? "w" : " w") + std::to_string(id);
    return text;
}

std::vector<int32_t> ids_of(const TokenStack& stack) {
    std::vector<int32_t> ids;
    for (const Token& token : stack.tokens) ids.push_back(token.id);
    return ids;
}

const std::vector<int32_t> source_ids = {11, 25, 7, 63, 40, 4, 9, 30, 5};

AnalysisRequest request_of(const std::optional<std::vector<int32_t>>& target = {}) {
    AnalysisRequest request;
    request.text = words_of(source_ids);
    request.revision = 7;
    request.options.methods.clear();
    if (target) {
        request.has_target = true;
        request.target_text = words_of(*target);
    }
    return request;
}

std::vector<FramePtr> frames_of(Model& model, const AnalysisRequest& request) {
    std::vector<FramePtr> frames;
    const bool done = model.analyze(request, {}, [&](const FramePtr& frame) { frames.push_back(frame); });
    REQUIRE(done);
    return frames;
}

FramePtr frame_of(Model& model, const AnalysisRequest& request) {
    return frames_of(model, request).back();
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

double attention_distance(const AttentionBlock& a, const AttentionBlock& b) {
    REQUIRE(a.layers == b.layers);
    double worst = 0;
    for (uint32_t l = 0; l < a.layers; ++l)
        worst = std::max(worst, test::largest_distance(*a.layer_weights[l], *b.layer_weights[l]));
    return worst;
}

double attention_distance(const AttentionFrame& a, const AttentionFrame& b) {
    REQUIRE(a.blocks.size() == b.blocks.size());
    double worst = 0;
    for (size_t i = 0; i < a.blocks.size(); ++i)
        worst = std::max(worst, attention_distance(a.blocks[i], b.blocks[i]));
    return worst;
}

std::vector<float> joined(const AttentionBlock& block) {
    std::vector<float> all;
    for (const auto& layer : block.layer_weights) all.insert(all.end(), layer->begin(), layer->end());
    return all;
}

}  // namespace

TEST_CASE("Generated ids are those of transformers, plain and by the rules of the model") {
    const json runs = json::parse(
        test::read_file(std::string(WEFT_SOURCE_DIR) + "/tests/parity/references/generation.json"));
    REQUIRE(runs.size() >= 20);
    for (const json& run : runs) {
        INFO(run.dump());
        const TinyFolder tiny(run["case"], run["vocabulary"], run["source"].back());
        json rules = run["config"].is_null() ? json::object() : run["config"];
        rules["decoder_start_token_id"] = run["start"];
        rules["eos_token_id"] = run["end"];
        tiny.write("generation_config.json", rules.dump());
        const std::unique_ptr<Model> model = tiny.load();
        AnalysisRequest request = request_of();
        std::vector<int32_t> words = run["source"];
        words.pop_back();
        request.text = words_of(words);
        request.generation.max_new_tokens = run["new_tokens"];
        request.generation.follows_config = !run["config"].is_null();
        const FramePtr frame = frame_of(*model, request);
        std::vector<int32_t> expected = run["ids"];
        REQUIRE(frame->generation);
        CHECK(frame->generation->next_id == expected.back());
        expected.pop_back();
        CHECK(ids_of(frame->stacks[1]) == expected);
        CHECK(ids_of(frame->stacks[0]) == std::vector<int32_t>(run["source"]));
    }
}

TEST_CASE(
    "A frame of two stacks has encoder, decoder and cross attention, hidden states and logits of both") {
    for (const char* name : {"bart", "bart_settings", "t5", "marian"}) {
        INFO(name);
        const test::FamilyReference reference{
            Safetensors::open((checkpoint(name) / "reference.safetensors").string())};
        const std::vector<int32_t> ids = reference.ids("ids"), target = reference.ids("target_ids");
        const TinyFolder tiny(name, 67, ids.back());
        tiny.edit("decoder_start_token_id", target.front());
        const std::unique_ptr<Model> model = tiny.load();
        CHECK(model->summary().has_target);
        CHECK(model->summary().target_layers > 0);
        AnalysisRequest request = request_of(std::vector<int32_t>(target.begin() + 1, target.end()));
        request.text = words_of({ids.begin(), ids.end() - 1});
        request.options.hidden_states = request.options.logits = true;
        request.options.predictions = 3;
        const FramePtr frame = frame_of(*model, request);
        REQUIRE(frame->stacks.size() == 2);
        CHECK(ids_of(frame->stacks[0]) == ids);
        CHECK(ids_of(frame->stacks[1]) == target);
        CHECK(frame->stacks[1].tokens[0].special);
        CHECK_FALSE(frame->generation);
        REQUIRE(frame->blocks.size() == 3);
        const char* names[] = {"attention.encoder", "attention.decoder", "attention.cross"};
        const AttentionKind kinds[] = {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross};
        for (size_t i = 0; i < 3; ++i) {
            const AttentionBlock& block = frame->blocks[i];
            CHECK(block.kind == kinds[i]);
            CHECK(block.queries == (i == 0 ? ids.size() : target.size()));
            CHECK(block.keys == (i == 1 ? target.size() : ids.size()));
            CHECK(block.query_stack == (i == 0 ? 0 : 1));
            CHECK(block.key_stack == (i == 1 ? 1 : 0));
            CHECK(block.causal == (i == 1));
            CHECK(test::largest_distance(joined(block), reference.floats(names[i])) < 1e-5);
            CHECK(block.max_row_sum_error < 1e-5);
        }
        REQUIRE(frame->hidden_states.size() == 2);
        for (size_t i = 0; i < 2; ++i) {
            const std::vector<float> expected =
                reference.floats(i == 0 ? "hidden_states.encoder" : "hidden_states.decoder");
            CHECK(test::largest_distance(*frame->hidden_states[i].values, expected) <
                  1e-4 * test::largest_of(expected));
        }
        REQUIRE(frame->logits);
        const std::vector<float> logits = reference.floats("logits");
        CHECK(test::largest_distance(*frame->logits->values, logits) < 1e-4 * test::largest_of(logits));
        REQUIRE(frame->predictions.size() == 3);
        const auto last = logits.end() - frame->logits->shape.back();
        CHECK(frame->predictions[0].id == std::max_element(last, logits.end()) - last);
    }
}

TEST_CASE("A generated text has the attention of the same text given") {
    for (const char* name : {"bart", "t5", "t5_settings", "m2m_100"}) {
        INFO(name);
        const TinyFolder tiny(name, 65);
        const std::unique_ptr<Model> model = tiny.load();
        AnalysisRequest request = request_of();
        request.options.hidden_states = request.options.logits = true;
        const FramePtr generated = frame_of(*model, request);
        std::vector<int32_t> ids = ids_of(generated->stacks[1]);
        REQUIRE(ids.size() == 20);
        ids.erase(ids.begin());
        AnalysisRequest given_request = request_of(ids);
        given_request.options = request.options;
        const std::unique_ptr<Model> fresh = tiny.load();
        const FramePtr given = frame_of(*fresh, given_request);
        REQUIRE(ids_of(given->stacks[1]) == ids_of(generated->stacks[1]));
        CHECK(attention_distance(*given, *generated) < 2e-6);
        for (size_t i = 0; i < 2; ++i)
            CHECK(
                test::largest_distance(*given->hidden_states[i].values, *generated->hidden_states[i].values) <
                1e-5 * test::largest_of(*given->hidden_states[i].values));
        CHECK(test::largest_distance(*given->logits->values, *generated->logits->values) <
              1e-5 * test::largest_of(*given->logits->values));
    }
}

TEST_CASE(
    "While only the decoder's text changes, the encoder is not asked again and the numbers are the same") {
    const TinyFolder tiny("bart");
    const std::unique_ptr<Model> model = tiny.load();
    const FramePtr first = frame_of(*model, request_of({{8, 51, 17}}));
    for (const std::vector<int32_t>& target :
         {std::vector<int32_t>{8, 51, 17, 60}, {8, 51, 17, 60}, {8, 9}, {33}, {8, 51, 17, 60, 12, 13}}) {
        const FramePtr frame = frame_of(*model, request_of(target));
        for (size_t l = 0; l < frame->blocks[0].layers; ++l)
            CHECK(frame->blocks[0].layer_weights[l] == first->blocks[0].layer_weights[l]);
        const std::unique_ptr<Model> fresh = tiny.load();
        CHECK(attention_distance(*frame, *frame_of(*fresh, request_of(target))) < 2e-6);
    }
    AnalysisRequest other = request_of({{8, 51, 17}});
    other.text = "w20 w21";
    CHECK(frame_of(*model, other)->blocks[0].keys == 3);
    CHECK(attention_distance(*frame_of(*model, request_of({{8, 51, 17}})), *first) < 2e-6);
}

TEST_CASE("A newer request ends the work after any layer and any token, and the next one is right") {
    const TinyFolder tiny("mbart");
    const std::unique_ptr<Model> model = tiny.load();
    AnalysisRequest request = request_of();
    request.generation.max_new_tokens = 5;
    const std::unique_ptr<Model> fresh = tiny.load();
    const FramePtr expected = frame_of(*fresh, request);
    int whole = 0;
    REQUIRE(tiny.load()->analyze(
        request, [&] { return ++whole, false; }, [](const FramePtr&) {}));
    REQUIRE(whole >= 2 + 5);  // the encoder's layers, and the decoder's for each token
    int stopped = 0;
    for (int last = 1; last <= whole; ++last) {
        INFO(last);
        AnalysisRequest other = request;
        other.text = "w12 w" + std::to_string(last);
        // On a slow machine the first run may have been asked more often, within layers.
        int asked = 0, posted = 0;
        const bool done = model->analyze(
            other, [&] { return ++asked == last; }, [&](const FramePtr&) { ++posted; });
        CHECK(done == (asked < last));
        CHECK((done || posted == 0));
        stopped += done ? 0 : 1;
        const FramePtr frame = frame_of(*model, request);
        CHECK(ids_of(frame->stacks[1]) == ids_of(expected->stacks[1]));
        CHECK(attention_distance(*frame, *expected) < 2e-6);
    }
    CHECK(stopped >= 2 + 5);
    for (int last = 1; last <= 12; ++last) {  // long questions: the next one comes within a layer
        AnalysisRequest other = request;
        other.text = "w12 w13 w" + std::to_string(last);
        int asked = 0;
        CHECK_FALSE(model->analyze(
            other, [&] { return std::this_thread::sleep_for(long_question), ++asked == last; },
            [](const FramePtr&) {}));
        CHECK(attention_distance(*frame_of(*model, request), *expected) < 2e-6);
    }
}

TEST_CASE("A longer text that is given up leaves the rows before it as they were") {
    const TinyFolder tiny("bart");
    const std::unique_ptr<Model> model = tiny.load();
    const FramePtr before = frame_of(*model, request_of({{8, 51}}));
    const int layers = static_cast<int>(before->blocks[1].layers);
    REQUIRE(layers == 2);
    for (int last = 1; last <= layers; ++last) {
        int asked = 0;
        CHECK_FALSE(model->analyze(
            request_of({{8, 51, 17, 60}}), [&] { return ++asked == last; }, [](const FramePtr&) {}));
        CHECK(attention_distance(*frame_of(*model, request_of({{8, 51}})), *before) == 0);
        const FramePtr other = frame_of(*model, request_of({{8, 51, 9}}));
        CHECK(attention_distance(*other, *frame_of(*tiny.load(), request_of({{8, 51, 9}}))) < 2e-6);
    }
}

TEST_CASE("What is written has its text, and each token its part of it") {
    const TinyFolder tiny("bart");
    const TokenStack stack = frame_of(*tiny.load(), request_of())->stacks[1];
    CHECK(stack.text.starts_with("w33 w33 w33"));
    REQUIRE(stack.tokens.size() == 20);
    CHECK(stack.tokens[0].start == stack.tokens[0].end);
    for (size_t i = 1; i < stack.tokens.size(); ++i) {
        const Token& token = stack.tokens[i];
        const std::string part = stack.text.substr(token.start, token.end - token.start);
        CHECK(part == (i == 1 ? "" : " ") + token.text);
    }
}

TEST_CASE("A drawn text is the same for the same seed and another for others") {
    const TinyFolder tiny("bart");
    AnalysisRequest request = request_of();
    request.generation.temperature = 2;
    request.generation.seed = 5;
    const std::vector<int32_t> drawn = ids_of(frame_of(*tiny.load(), request)->stacks[1]);
    CHECK(ids_of(frame_of(*tiny.load(), request)->stacks[1]) == drawn);
    request.generation.seed = 6;
    CHECK(ids_of(frame_of(*tiny.load(), request)->stacks[1]) != drawn);
    request.generation.top_k = 1;
    const std::vector<int32_t> best = ids_of(frame_of(*tiny.load(), request)->stacks[1]);
    CHECK(best == ids_of(frame_of(*tiny.load(), request_of())->stacks[1]));
    request.generation.top_p = 0;
    CHECK_THAT(failure([&] { frame_of(*tiny.load(), request); }), Catch::Contains("top-p"));
}

TEST_CASE("Rollout and entropy come for encoder and decoder, entropy for the cross attention too") {
    const TinyFolder tiny("bart");
    AnalysisRequest request = request_of();
    request.options.methods = {"rollout", "entropy"};
    const std::vector<FramePtr> frames = frames_of(*tiny.load(), request);
    REQUIRE(frames.size() == 3);
    CHECK(frames[0]->part == 0);
    CHECK(frames[0]->timings_ms.count("text_to_attention") == 1);
    CHECK(frames[2]->complete);
    for (const AttentionBlock& block : frames[2]->blocks) {
        CHECK(block.quantities.count("rollout") == (block.kind == AttentionKind::cross ? 0 : 1));
        CHECK(block.quantities.count("entropy") == 1);
    }
}

TEST_CASE("A model without a head shows a given text and refuses to generate") {
    const TinyFolder tiny("bart_model");
    const std::unique_ptr<Model> model = tiny.load();
    CHECK(frame_of(*model, request_of({{8, 51}}))->blocks[1].queries == 3);
    CHECK_THAT(failure([&] { frame_of(*model, request_of()); }), Catch::Contains("--target-text"));
}

TEST_CASE("Source and target longer than the model are refused with both numbers, or cut and said where") {
    const TinyFolder tiny("bart");
    const std::unique_ptr<Model> model = tiny.load();
    const std::vector<int32_t> sixty(60, 11);
    AnalysisRequest request = request_of({{8, 51}});
    request.text = words_of(sixty);
    CHECK_THAT(failure([&] { frame_of(*model, request); }), Catch::Contains("61") && Catch::Contains("40"));
    request.options.truncate = true;
    FramePtr frame = frame_of(*model, request);
    CHECK(frame->blocks[0].queries == 40);
    CHECK(frame->truncation);
    CHECK_FALSE(frame->target_truncation);
    request = request_of(sixty);
    CHECK_THAT(failure([&] { frame_of(*model, request); }), Catch::Contains("61") && Catch::Contains("40"));
    request.options.truncate = true;
    frame = frame_of(*model, request);
    CHECK(frame->blocks[1].queries == 40);
    REQUIRE(frame->target_truncation);
    CHECK(frame->target_truncation->token_count == 61);
    AnalysisRequest long_one = request_of();
    long_one.generation.max_new_tokens = 1000;
    frame = frame_of(*model, long_one);
    CHECK(frame->blocks[1].queries == 40);
    CHECK(frame->generation->end == Generation::End::model_limit);
    const TinyFolder endless("t5", 67, 1);
    AnalysisRequest t5_request = request_of(sixty);
    t5_request.text = words_of(std::vector<int32_t>(300, 12));
    CHECK(frame_of(*endless.load(), t5_request)->blocks[2].keys == 301);
}

TEST_CASE("Empty texts still have the tokens that the tokenizer adds") {
    const TinyFolder tiny("marian", 67, 0);
    AnalysisRequest request = request_of(std::vector<int32_t>{});
    request.text.clear();
    const FramePtr frame = frame_of(*tiny.load(), request);
    CHECK(ids_of(frame->stacks[0]) == std::vector<int32_t>{0});
    CHECK(ids_of(frame->stacks[1]) == std::vector<int32_t>{66});
    CHECK(frame->blocks[2].layer_weights[0]->at(0) == 1);
}

TEST_CASE("A growing text posts frames that grow, if asked to") {
    const TinyFolder tiny("bart");
    AnalysisRequest request = request_of();
    request.generation.max_new_tokens = 30;
    CHECK(frames_of(*tiny.load(), request).size() == 1);
    request.generation.posts_growth = true;
    std::vector<FramePtr> frames;
    REQUIRE(tiny.load()->analyze(
        request, [] { return std::this_thread::sleep_for(std::chrono::milliseconds(15)), false; },
        [&](const FramePtr& frame) { frames.push_back(frame); }));
    REQUIRE(frames.size() > 2);
    for (size_t i = 0; i < frames.size(); ++i) {
        const bool is_last = i + 1 == frames.size();
        CHECK(frames[i]->complete == is_last);
        CHECK((frames[i]->generation->end == Generation::End::running) != is_last);
        if (i > 0) CHECK(frames[i]->blocks[1].queries > frames[i - 1]->blocks[1].queries);
    }
}

TEST_CASE("Rules of the model that are not followed are named") {
    const TinyFolder tiny("bart");
    tiny.write("generation_config.json",
               R"({"decoder_start_token_id": 2, "num_beams": 4, "do_sample": false,
                   "bad_words_ids": [[5], [6, 7]], "encoder_no_repeat_ngram_size": 3})");
    const std::unique_ptr<Model> model = tiny.load();
    AnalysisRequest request = request_of();
    CHECK(frame_of(*model, request)->generation->ignored_settings.empty());
    request.generation.follows_config = true;
    const std::vector<std::string> ignored = frame_of(*model, request)->generation->ignored_settings;
    CHECK(ignored == std::vector<std::string>{"num_beams 4", "encoder_no_repeat_ngram_size 3",
                                              "bad_words_ids of several tokens (1)"});
}

TEST_CASE("Start and forced tokens outside the vocabulary, and a tokenizer of another model, are refused") {
    const auto loading = [](const TinyFolder& tiny) { return failure([&] { tiny.load(); }); };
    {
        const TinyFolder tiny("bart");
        tiny.edit("decoder_start_token_id", 67);
        CHECK_THAT(loading(tiny), Catch::Contains("\"decoder_start_token_id\" is 67"));
        tiny.edit("decoder_start_token_id", -1);
        CHECK_THAT(loading(tiny), Catch::Contains("decoder_start_token_id"));
        tiny.edit("decoder_start_token_id", json::array({1, 2}));
        CHECK_THAT(loading(tiny), Catch::Contains("decoder_start_token_id"));
        tiny.edit("decoder_start_token_id", json::array({1}));
        CHECK(loading(tiny) == "no error");
        tiny.edit("forced_eos_token_id", 500);
        CHECK_THAT(loading(tiny), Catch::Contains("\"forced_eos_token_id\" is 500"));
    }
    {
        const TinyFolder tiny("bart");
        for (const char* bad : {"[]", "{", R"({"forced_bos_token_id": 90})", R"({"bad_words_ids": [5]})",
                                R"({"repetition_penalty": 0})", R"({"suppress_tokens": ["a"]})"}) {
            INFO(bad);
            tiny.write("generation_config.json", bad);
            CHECK_THAT(loading(tiny), Catch::Contains("generation_config.json"));
        }
    }
    CHECK_THAT(loading(TinyFolder("bart", 80)), Catch::Contains("80") && Catch::Contains("67"));
    const TinyFolder two("marian_two_vocabularies");
    const std::unique_ptr<Model> model = two.load();
    CHECK_THAT(failure([&] {
                   frame_of(*model, request_of({{63, 5}}));
               }),
               Catch::Contains("63") && Catch::Contains("61"));
}
