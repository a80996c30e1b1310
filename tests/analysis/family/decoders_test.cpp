// What the decoders' configs say and what is refused; numbers are checked by tests/parity.
#include <catch2/catch.hpp>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/family/model_config.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

json llama() {
    return {{"model_type", "llama"},         {"architectures", {"LlamaForCausalLM"}},
            {"num_hidden_layers", 4},        {"num_attention_heads", 8},
            {"num_key_value_heads", 2},      {"hidden_size", 64},
            {"intermediate_size", 96},       {"vocab_size", 300},
            {"max_position_embeddings", 128}};
}

json llama_like(const char* type, const char* architecture) {
    json file = llama();
    file["model_type"] = type;
    file["architectures"] = {architecture};
    return file;
}

json gpt2() {
    return {{"model_type", "gpt2"}, {"architectures", {"GPT2LMHeadModel"}},
            {"n_layer", 3},         {"n_head", 4},
            {"n_embd", 64},         {"n_positions", 128},
            {"vocab_size", 300}};
}

json with(json file, const char* key, const json& value) {
    file[key] = value;
    return file;
}

ModelConfig parse(const json& file) {
    return parse_model_config(file.dump(), "config.json", "/models/tiny");
}

std::string refusal(const json& file) {
    try {
        parse(file);
    } catch (const Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "no error";
}

json rope(const char* type) {
    return {{"rope_type", type}, {"factor", 2.0}};
}

}  // namespace

TEST_CASE("A Llama config is read with the defaults of its type") {
    const ModelConfig config = parse(llama());
    const StackSpec& spec = config.stack();
    CHECK(config.kind == ModelKind::decoder);
    CHECK(spec.is_causal);
    CHECK(spec.attention.key_value_heads == 2);
    CHECK(spec.attention.head_width == 8);
    CHECK(spec.attention.scale == Approx(1 / std::sqrt(8.0)));
    CHECK(spec.attention.rotary.theta == 10000);
    CHECK(spec.attention.rotary.width == 8);
    CHECK(spec.norm.epsilon == 1e-6);
    CHECK_FALSE(config.ties_words);
    CHECK(config.max_tokens == 128);
    CHECK(config.generation.end_ids == std::vector<int64_t>{2});
    CHECK_FALSE(config.generation.pad_id);
    REQUIRE(config.head);
    CHECK(config.head->kind == HeadKind::language_model);
    // -1 is how early Llamas say that there is no padding.
    CHECK_FALSE(parse(with(llama(), "pad_token_id", -1)).generation.pad_id);
    CHECK(parse(with(llama(), "pad_token_id", 0)).generation.pad_id == 0);
    CHECK(parse(with(llama(), "num_key_value_heads", nullptr)).stack().attention.key_value_heads == 8);
    CHECK(parse(with(llama(), "head_dim", 32)).stack().attention.head_width == 32);
    CHECK(parse(with(llama(), "eos_token_id", {7, 9})).generation.end_ids == std::vector<int64_t>{7, 9});
}

TEST_CASE("Each family has its own defaults where the config is silent") {
    json qwen3 = llama_like("qwen3", "Qwen3ForCausalLM");
    CHECK(parse(qwen3).stack().attention.head_width == 128);
    CHECK(parse(qwen3).stack().windows == std::vector<int64_t>(4, 0));
    json mistral = llama_like("mistral", "MistralForCausalLM");
    CHECK(parse(mistral).stack().windows == std::vector<int64_t>(4, 4096));
    CHECK(parse(with(mistral, "sliding_window", nullptr)).stack().windows == std::vector<int64_t>(4, 0));
    mistral.erase("num_key_value_heads");
    CHECK(parse(mistral).stack().attention.key_value_heads == 8);
    const ModelConfig gemma = parse(llama_like("gemma", "GemmaForCausalLM"));
    CHECK(gemma.ties_words);
    CHECK(gemma.stack().attention.head_width == 256);
    CHECK(gemma.stack().activation == Activation::gelu_tanh);
    CHECK(gemma.stacks[0].embedding.scale == 8);
    CHECK(gemma.generation.pad_id == 0);
    CHECK(gemma.generation.end_ids == std::vector<int64_t>{1});
    const ModelConfig gemma2 = parse(llama_like("gemma2", "Gemma2ForCausalLM"));
    CHECK(gemma2.stack().windows == std::vector<int64_t>{4096, 0, 4096, 0});
    CHECK(gemma2.stack().attention.softcap == 50);
    CHECK(gemma2.stack().attention.scale == 1.0 / 16);
    CHECK(gemma2.head->steps.back().value == 30);
    const json uncapped = with(llama_like("gemma2", "Gemma2ForCausalLM"), "attn_logit_softcapping", nullptr);
    CHECK(parse(uncapped).stack().attention.softcap == 0);
    const ModelConfig small = parse(gpt2());
    CHECK(small.stack().intermediate == 256);
    CHECK(small.stack().norm.epsilon == 1e-5);
    CHECK(small.ties_words);
    CHECK(small.generation.end_ids == std::vector<int64_t>{50256});
}

TEST_CASE("Rotary positions are read in the new form and the old one") {
    using Scaling = RotarySpec::Scaling;
    const auto read = [](const json& file) { return parse(file).stack().attention.rotary; };
    CHECK(read(with(llama(), "rope_theta", 5e5)).theta == 5e5);
    CHECK(read(with(llama(), "rope_parameters", {{"rope_type", "default"}, {"rope_theta", 7e4}})).theta ==
          7e4);
    CHECK(read(with(llama(), "rope_scaling", {{"type", "linear"}, {"factor", 4}})).scaling ==
          Scaling::linear);
    CHECK(read(with(llama(), "rope_scaling", rope("linear"))).factor == 2);
    CHECK(read(with(llama(), "rope_scaling", nullptr)).scaling == Scaling::none);
    CHECK(read(with(llama(), "rope_scaling", rope("yarn"))).original_positions == 128);
    json yarn = rope("yarn");
    yarn["original_max_position_embeddings"] = 32;
    yarn.erase("factor");
    CHECK(read(with(llama(), "rope_parameters", yarn)).factor == 4);
    // A dynamic scaling is there for texts beyond the positions.
    CHECK(parse(with(llama(), "rope_scaling", rope("dynamic"))).max_tokens == 256);
    CHECK(parse(with(llama(), "rope_scaling", rope("linear"))).max_tokens == 128);
    json neox = llama_like("gpt_neox", "GPTNeoXForCausalLM");
    CHECK(read(neox).width == 2);
    CHECK(read(with(with(neox, "rotary_pct", 0.5), "rotary_emb_base", 500)).width == 4);
    CHECK(read(with(with(neox, "rotary_pct", 0.5), "rotary_emb_base", 500)).theta == 500);
}

TEST_CASE("Settings of decoders that are not computed are refused by name") {
    CHECK_THAT(refusal(with(llama(), "rope_scaling", rope("longrope"))),
               Contains("longrope") && Contains("Supported: default, linear, dynamic, yarn, llama3"));
    CHECK_THAT(refusal(with(llama(), "rope_scaling", {{"type", "su"}})), Contains("\"su\""));
    json sections = rope("default");
    sections["mrope_section"] = {2, 1, 1};
    CHECK_THAT(refusal(with(llama(), "rope_scaling", sections)), Contains("mrope_section"));
    CHECK_THAT(refusal(with(llama(), "rope_parameters", {{"full_attention", rope("default")}})),
               Contains("full_attention"));
    CHECK_THAT(refusal(with(llama(), "partial_rotary_factor", 0.5)), Contains("partial_rotary_factor"));
    CHECK_THAT(refusal(with(llama(), "rope_scaling", {{"type", "linear"}})),
               Contains("\"factor\" is missing"));
    CHECK_THAT(refusal(with(llama(), "rope_scaling", rope("llama3"))), Contains("low_freq_factor"));
    json flat = rope("llama3");
    flat["low_freq_factor"] = flat["high_freq_factor"] = 2;
    CHECK_THAT(refusal(with(llama(), "rope_scaling", flat)), Contains("high_freq_factor"));
    CHECK_THAT(refusal(with(llama(), "rope_scaling", {{"type", "linear"}, {"factor", -1}})), Contains("-1"));
    CHECK_THAT(refusal(with(llama(), "rope_scaling", "linear")), Contains("expected an object"));
    CHECK_THAT(refusal(with(llama(), "rope_theta", 1)), Contains("rope_theta"));
    CHECK_THAT(refusal(with(llama(), "head_dim", 7)), Contains("7") && Contains("odd"));
    CHECK_THAT(refusal(with(llama(), "hidden_act", "xielu")), Contains("xielu"));
    CHECK_THAT(refusal(with(llama(), "num_key_value_heads", 3)),
               Contains("8 heads") && Contains("3 key-value"));
    CHECK_THAT(refusal(with(llama(), "num_key_value_heads", 16)), Contains("16"));
    CHECK_THAT(refusal(with(llama(), "num_attention_heads", 7)), Contains("not a multiple"));
    CHECK_THAT(refusal(with(llama(), "quantization_config", {{"bits", 4}})), Contains("quantization_config"));
    CHECK_THAT(refusal(with(llama(), "architectures", {"LlamaForCausalLm"})),
               Contains("nearest is \"LlamaForCausalLM\""));

    const json qwen2 = with(llama_like("qwen2", "Qwen2ForCausalLM"), "layer_types",
                            {"full_attention", "sliding_attention", "full_attention", "full_attention"});
    CHECK_THAT(refusal(qwen2), Contains("sliding_window"));
    CHECK(refusal(with(with(qwen2, "use_sliding_window", true), "sliding_window", 16)) == "no error");
    CHECK_THAT(refusal(with(qwen2, "layer_types", {"full_attention"})), Contains("1 entries for 4 layers"));
    CHECK_THAT(refusal(with(qwen2, "layer_types", {"full_attention", "chunked_attention", "a", "b"})),
               Contains("chunked_attention"));
    const json mistral = llama_like("mistral", "MistralForCausalLM");
    CHECK_THAT(refusal(with(mistral, "sliding_window", 0)), Contains("\"sliding_window\" is 0"));
    CHECK_THAT(refusal(with(mistral, "layer_types",
                            {"full_attention", "sliding_attention", "full_attention", "sliding_attention"})),
               Contains("layer_types"));
    const json gemma = llama_like("gemma", "GemmaForCausalLM");
    CHECK_THAT(refusal(with(gemma, "use_bidirectional_attention", true)),
               Contains("use_bidirectional_attention"));
    CHECK_THAT(refusal(with(gemma, "hidden_activation", "relu")), Contains("hidden_activation"));
    CHECK(refusal(with(with(gemma, "hidden_act", "gelu"), "hidden_activation", "gelu_pytorch_tanh")) ==
          "no error");
    const json gemma2 = llama_like("gemma2", "Gemma2ForCausalLM");
    CHECK_THAT(refusal(with(gemma2, "hidden_act", "relu")), Contains("hidden_act"));
    CHECK_THAT(refusal(with(gemma2, "sliding_window", nullptr)), Contains("sliding_window"));
    CHECK_THAT(refusal(with(gemma2, "final_logit_softcapping", 0)), Contains("final_logit_softcapping"));
    CHECK_THAT(refusal(with(gemma2, "query_pre_attn_scalar", -4)), Contains("query_pre_attn_scalar"));
    CHECK_THAT(refusal(with(gpt2(), "add_cross_attention", true)), Contains("add_cross_attention"));
    CHECK_THAT(refusal(with(gpt2(), "activation_function", "swiglu")), Contains("swiglu"));
    CHECK_THAT(refusal(with(gpt2(), "n_head", 5)), Contains("\"n_embd\" is 64"));
    CHECK_THAT(refusal(with(gpt2(), "n_inner", -1)), Contains("n_inner"));
    const json neox = llama_like("gpt_neox", "GPTNeoXForCausalLM");
    CHECK_THAT(refusal(with(neox, "rotary_pct", 1.5)), Contains("rotary_pct"));
    CHECK_THAT(refusal(with(neox, "rotary_pct", 0.4)), Contains("3 dimensions"));
    CHECK_THAT(refusal(with(neox, "rope_theta", 500)), Contains("rope_theta") && Contains("rotary_emb_base"));
}
