// config.json of encoder-decoders: what is read and what is refused. The numbers: tests/parity.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/family/model_config.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

json bart_like(const std::string& type, const std::string& architecture) {
    return {{"model_type", type},
            {"architectures", {architecture}},
            {"vocab_size", 60},
            {"d_model", 32},
            {"encoder_layers", 2},
            {"decoder_layers", 3},
            {"encoder_attention_heads", 2},
            {"decoder_attention_heads", 4},
            {"encoder_ffn_dim", 64},
            {"decoder_ffn_dim", 48},
            {"max_position_embeddings", 40}};
}

json t5_like(const std::string& type) {
    return {{"model_type", type},
            {"architectures", {type == "t5" ? "T5ForConditionalGeneration" : "MT5ForConditionalGeneration"}},
            {"vocab_size", 60},
            {"d_model", 32},
            {"d_ff", 64},
            {"num_layers", 2},
            {"num_heads", 2}};
}

ModelConfig parse(const json& file) {
    return parse_model_config(file.dump(), "config.json", "/models/tiny");
}

std::string refusal(json file, const char* key, const json& value) {
    file[key] = value;
    try {
        parse(file);
    } catch (const Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "no error";
}

bool scales_output(const json& file) {
    const HeadSpec head = parse(file).head.value();
    return head.steps.front().kind == HeadStep::Kind::scale;
}

}  // namespace

TEST_CASE("An encoder-decoder has two stacks, each with its own layers, heads and feed-forward part") {
    const ModelConfig config = parse(bart_like("bart", "BartForConditionalGeneration"));
    REQUIRE(config.kind == ModelKind::encoder_decoder);
    REQUIRE(config.stacks.size() == 2);
    const StackSpec &encoder = config.stacks[0].spec, &decoder = config.stacks[1].spec;
    CHECK(encoder.layers == 2);
    CHECK(decoder.layers == 3);
    CHECK(encoder.attention.heads == 2);
    CHECK(decoder.attention.head_width == 8);
    CHECK(decoder.attention.scale == 1 / std::sqrt(8.0));
    CHECK(encoder.intermediate == 64);
    CHECK(decoder.intermediate == 48);
    CHECK_FALSE(encoder.is_causal);
    CHECK(decoder.is_causal);
    CHECK(decoder.has_cross_attention);
    CHECK(config.max_tokens == 40);
    CHECK(config.max_target_tokens == 40);
}

TEST_CASE("Embeddings are scaled as the config says, else as the family does") {
    const auto scale = [](const json& file) { return parse(file).stacks[1].embedding.scale; };
    json file = bart_like("bart", "BartModel");
    CHECK(scale(file) == 1);
    file["scale_embedding"] = true;
    CHECK(scale(file) == std::sqrt(32.0));
    CHECK(scale(bart_like("m2m_100", "M2M100Model")) == std::sqrt(32.0));
}

TEST_CASE("Norms at other places than the family's are refused by name") {
    const json bart = bart_like("bart", "BartModel"), mbart = bart_like("mbart", "MBartModel");
    CHECK_THAT(refusal(bart, "normalize_before", true), Contains("\"normalize_before\" is true"));
    CHECK_THAT(refusal(bart, "add_final_layer_norm", true), Contains("\"add_final_layer_norm\""));
    CHECK_THAT(refusal(bart, "static_position_embeddings", true), Contains("\"static_position_embeddings\""));
    CHECK(refusal(bart, "normalize_embedding", true) == "no error");
    CHECK(refusal(mbart, "normalize_before", true) == "no error");
    CHECK_THAT(refusal(mbart, "normalize_before", false), Contains("\"normalize_before\" is false"));
    CHECK_THAT(refusal(bart_like("pegasus", "PegasusModel"), "normalize_embedding", true),
               Contains("\"normalize_embedding\" is true"));
    CHECK_THAT(refusal(bart_like("marian", "MarianModel"), "static_position_embeddings", false),
               Contains("\"static_position_embeddings\" is false"));
}

TEST_CASE("Heads that are not computed are refused with those that are") {
    CHECK_THAT(refusal(bart_like("bart", "BartModel"), "architectures", {"BartForSequenceClassification"}),
               Contains("\"BartForSequenceClassification\"") && Contains("BartForConditionalGeneration"));
    CHECK_THAT(refusal(bart_like("bart", "BartModel"), "is_encoder_decoder", false),
               Contains("\"is_encoder_decoder\" is false"));
}

TEST_CASE("Marian may have a vocabulary for each side, but not where both share their embeddings") {
    json file = bart_like("marian", "MarianMTModel");
    file["decoder_vocab_size"] = 50;
    CHECK_THAT(refusal(file, "share_encoder_decoder_embeddings", true),
               Contains("\"decoder_vocab_size\" is 50"));
    file["share_encoder_decoder_embeddings"] = false;
    CHECK(parse(file).stacks[0].embedding.vocabulary == 60);
    CHECK(parse(file).stacks[1].embedding.vocabulary == 50);
}

TEST_CASE("T5's output is scaled unless the words are said to be untied, mT5's never is") {
    json file = t5_like("t5");
    CHECK(scales_output(file));
    file["tie_word_embeddings"] = false;
    CHECK_FALSE(scales_output(file));
    CHECK(parse(file).ties_words);
    file["scale_decoder_outputs"] = true;
    CHECK(scales_output(file));
    CHECK_FALSE(scales_output(t5_like("mt5")));
}

TEST_CASE("T5's feed-forward part is what its settings say") {
    const auto spec = [](const char* type, const json& settings) {
        json file = t5_like(type);
        file.update(settings);
        return parse(file).stack();
    };
    CHECK(spec("t5", json::object()).activation == Activation::relu);
    CHECK_FALSE(spec("t5", json::object()).is_gated);
    CHECK(spec("mt5", json::object()).activation == Activation::gelu_tanh);
    CHECK(spec("mt5", json::object()).is_gated);
    CHECK(spec("t5", {{"feed_forward_proj", "gated-silu"}}).activation == Activation::silu);
    CHECK(spec("t5", {{"dense_act_fn", "gelu"}, {"is_gated_act", true}}).activation == Activation::gelu_erf);
    CHECK(spec("t5", {{"dense_act_fn", "gelu"}, {"is_gated_act", true}}).is_gated);
    CHECK(spec("t5", {{"d_kv", 24}}).attention.head_width == 24);
    CHECK_THAT(refusal(t5_like("t5"), "feed_forward_proj", "wide-relu"), Contains("\"wide-relu\""));
    CHECK_THAT(refusal(t5_like("t5"), "feed_forward_proj", "gated-gelu-new"), Contains("\"gated-gelu-new\""));
    CHECK_THAT(refusal(t5_like("t5"), "feed_forward_proj", "gated-mish"), Contains("gated-mish"));
}

TEST_CASE("Relative positions whose buckets leave no room for distances are refused") {
    CHECK_THAT(refusal(t5_like("t5"), "relative_attention_num_buckets", 2),
               Contains("relative_attention_num_buckets"));
    CHECK_THAT(refusal(t5_like("t5"), "relative_attention_max_distance", 16),
               Contains("relative_attention_max_distance"));
}
