#include "analysis/family/model_config.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/checkpoint/model_folder.h"
#include "analysis/error.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

json usual() {
    return {{"model_type", "bert"},   {"architectures", {"BertModel"}},
            {"num_hidden_layers", 6}, {"num_attention_heads", 12},
            {"hidden_size", 384},     {"intermediate_size", 1536},
            {"vocab_size", 30522},    {"max_position_embeddings", 512}};
}

ModelConfig parse(const json& file) {
    return parse_model_config(file.dump(), "config.json", "/models/tiny/");
}

std::string refusal(const char* key, const json& value) {
    json file = usual();
    file[key] = value;
    try {
        parse(file);
    } catch (const Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "no error";
}

}  // namespace

TEST_CASE("a BERT config is read with the defaults of its type") {
    const ModelConfig config = parse(usual());
    REQUIRE(config.name == "tiny");
    REQUIRE(config.stack().layers == 6);
    REQUIRE(config.stack().attention.heads == 12);
    REQUIRE(config.stack().hidden == 384);
    REQUIRE(config.max_tokens == 512);
    REQUIRE(config.stacks[0].embedding.types == 2);
    REQUIRE(config.stack().norm.epsilon == 1e-12);
    REQUIRE(config.stack().activation == Activation::gelu_erf);
    json other = usual();
    other["hidden_act"] = "gelu_new";
    other["layer_norm_eps"] = 1e-5;
    REQUIRE(parse(other).stack().activation == Activation::gelu_tanh);
    REQUIRE(parse(other).stack().norm.epsilon == 1e-5);
    other["hidden_act"] = "relu";
    REQUIRE(parse(other).stack().activation == Activation::relu);
}

TEST_CASE("every setting that is not computed is refused by name") {
    REQUIRE_THAT(refusal("model_type", "berd"),
                 Contains("\"berd\"") && Contains("nearest is \"bert\"") && Contains("Supported: bert"));
    REQUIRE_THAT(refusal("architectures", {"BertLMHeadModel"}),
                 Contains("BertLMHeadModel") && Contains("BertModel"));
    REQUIRE_THAT(refusal("architectures", "BertModel"), Contains("architectures"));
    REQUIRE_THAT(refusal("hidden_act", "mish"), Contains("\"hidden_act\" is \"mish\""));
    REQUIRE_THAT(refusal("position_embedding_type", "relative_key"), Contains("relative_key"));
    REQUIRE_THAT(refusal("is_decoder", true), Contains("is_decoder"));
    REQUIRE_THAT(refusal("add_cross_attention", true), Contains("add_cross_attention"));
    REQUIRE_THAT(refusal("quantization_config", {{"bits", 8}}), Contains("quantization_config"));
    REQUIRE_THAT(refusal("pruned_heads", {{"0", {1}}}), Contains("pruned_heads"));
}

TEST_CASE("absurd numbers in a config are refused with the value") {
    REQUIRE_THAT(refusal("num_hidden_layers", -1), Contains("\"num_hidden_layers\" is -1"));
    REQUIRE_THAT(refusal("num_hidden_layers", 1001), Contains("1 to 1000"));
    REQUIRE_THAT(refusal("hidden_size", 1'000'000'000'000), Contains("hidden_size"));
    REQUIRE_THAT(refusal("hidden_size", 385), Contains("not a multiple"));
    REQUIRE_THAT(refusal("hidden_size", "384"), Contains("\"384\""));
    REQUIRE_THAT(refusal("hidden_size", 384.0), Contains("384.0"));
    REQUIRE_THAT(refusal("vocab_size", nullptr), Contains("\"vocab_size\" is missing"));
    REQUIRE_THAT(refusal("type_vocab_size", 300), Contains("300"));
    REQUIRE_THAT(refusal("layer_norm_eps", 0), Contains("layer_norm_eps"));
    REQUIRE_THAT(refusal("pad_token_id", 30522), Contains("30522"));
}

TEST_CASE("a folder that is no model says what is missing") {
    test::TemporaryFolder folder;
    REQUIRE_THROWS_WITH(load_model_config(folder.file("none")), Contains("none") && Contains("is missing"));
    REQUIRE_THROWS_WITH(load_model_config(folder.path().string()), Contains("no config.json"));
    test::write_file(folder.file("config.json"), usual().dump());
    REQUIRE(load_model_config(folder.path().string()).stack().hidden == 384);
}

TEST_CASE("a model is a folder or a name below the models folder; the error lists what is there") {
    test::TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() / "small");
    test::write_file(folder.path() / "small" / "config.json", "{}");
    const char* before = std::getenv("WEFT_MODELS");
    const std::string restore = before == nullptr ? "" : before;
    ::setenv("WEFT_MODELS", folder.path().c_str(), 1);
    CHECK(resolve_model_folder("small") == folder.file("small"));
    CHECK(resolve_model_folder(folder.file("small")) == folder.file("small"));
    CHECK(list_models() == std::vector<std::string>{"small"});
    std::string hint;
    try {
        resolve_model_folder("smal");
    } catch (const Error& error) {
        hint = error.hint();
    }
    CHECK_THAT(hint, Contains("small"));
    before == nullptr ? ::unsetenv("WEFT_MODELS") : ::setenv("WEFT_MODELS", restore.c_str(), 1);
}
