// Gemma (Gemma Team 2024) and Gemma 2: Llama with a scaled embedding and gains that the file holds less one;
// Gemma 2 has norms around the parts, caps of scores and logits, and a window in every second layer.
#include <cmath>

#include "analysis/family/llama.h"

namespace weft {
namespace {

constexpr const char* tanh_gelu = "gelu_pytorch_tanh";

StackDescription gemma_stack(const ConfigReader& reader, ModelConfig& config, int64_t key_value_heads) {
    StackDescription stack = llama_stack(reader, config,
                                         {.key_value_heads = key_value_heads,
                                          .head_width = 256,
                                          .ties_words = true,
                                          .end_id = 1,
                                          .pad_id = 0});
    reader.expect_flag("use_bidirectional_attention", false, "Supported: causal attention.");
    stack.spec.norm.gain_plus_one = true;
    read_attention_bias(reader, stack.spec.attention);
    // A float32 number, as the weights that it multiplies.
    stack.embedding.scale = static_cast<float>(std::sqrt(static_cast<double>(stack.spec.hidden)));
    return stack;
}

void read_gemma(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack = gemma_stack(reader, config, 16);
    // "gelu" in the first published configs means the tanh form.
    const Activation named = reader.activation("hidden_act", tanh_gelu);
    stack.spec.activation = named == Activation::gelu_erf ? Activation::gelu_tanh : named;
    if (reader.activation("hidden_activation", tanh_gelu) != stack.spec.activation &&
        reader.has("hidden_activation"))
        reader.refuse("hidden_activation", "\"hidden_act\" decides for this model type; they must agree.");
    config.stacks.push_back(std::move(stack));
    read_llama_head(reader, config);
}

// Null: none; missing: `fallback`.
double cap(const ConfigReader& reader, const char* key, double fallback) {
    return reader.is_null(key) ? 0 : reader.number(key, fallback, 1e-3, 1e6);
}

void read_gemma2(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack = gemma_stack(reader, config, 4);
    StackSpec& spec = stack.spec;
    spec.activation = reader.activation("hidden_activation", tanh_gelu);
    if (reader.has("hidden_act") && reader.activation("hidden_act", tanh_gelu) != spec.activation)
        reader.refuse("hidden_act", "\"hidden_activation\" decides for this model type; they must agree.");
    spec.placement = NormPlacement::around;
    spec.attention.scale = 1 / std::sqrt(reader.number("query_pre_attn_scalar", 256, 1e-3, 1e6));
    spec.attention.softcap = cap(reader, "attn_logit_softcapping", 50);
    const int64_t window = reader.is_null("sliding_window") ? 0 : reader.size("sliding_window", 4096);
    if (reader.is_empty("layer_types")) {
        if (window == 0) reader.refuse("sliding_window", "Every second layer needs it.");
        for (int64_t l = 0; l < spec.layers; ++l) spec.windows.push_back(l % 2 == 0 ? window : 0);
    } else {
        spec.windows = layer_windows(reader, spec.layers, window, 0);
    }
    StackNames& names = stack.names;
    names.attention.norm_behind = "layers.{}.post_attention_layernorm";
    names.mlp.norm = "layers.{}.pre_feedforward_layernorm";
    names.mlp.norm_behind = "layers.{}.post_feedforward_layernorm";
    config.stacks.push_back(std::move(stack));
    read_llama_head(reader, config);
    const double of_logits = cap(reader, "final_logit_softcapping", 30);
    if (of_logits > 0 && config.head && config.head->kind == HeadKind::language_model)
        config.head->steps.push_back(value_step(HeadStep::Kind::softcap, of_logits));
}

}  // namespace

const Family gemma_family = {
    "gemma",
    ModelKind::decoder,
    {"GemmaModel", "GemmaForCausalLM", "GemmaForSequenceClassification", "GemmaForTokenClassification"},
    read_gemma};

const Family gemma2_family = {
    "gemma2",
    ModelKind::decoder,
    {"Gemma2Model", "Gemma2ForCausalLM", "Gemma2ForSequenceClassification", "Gemma2ForTokenClassification"},
    read_gemma2};

}  // namespace weft
