// Llama (Touvron et al. 2023).
#include "analysis/family/llama.h"

#include "analysis/error.h"
#include "analysis/family/rotary.h"

namespace weft {

StackDescription llama_stack(const ConfigReader& reader, ModelConfig& config, const LlamaDefaults& defaults) {
    StackDescription stack;
    StackSpec& spec = stack.spec;
    spec.layers = reader.size("num_hidden_layers");
    spec.hidden = reader.size("hidden_size");
    spec.intermediate = reader.size("intermediate_size");
    AttentionSpec& attention = spec.attention;
    attention.heads = reader.size("num_attention_heads");
    const bool is_own = defaults.key_value_heads == 0 || reader.is_null("num_key_value_heads");
    attention.key_value_heads =
        reader.size("num_key_value_heads", is_own ? attention.heads : defaults.key_value_heads);
    if (!reader.has("head_dim") && defaults.head_width == 0)
        reader.check_multiple("hidden_size", spec.hidden, "num_attention_heads", attention.heads);
    attention.head_width = reader.size(
        "head_dim", defaults.head_width > 0 ? defaults.head_width : spec.hidden / attention.heads);
    attention.query_bias = attention.key_bias = attention.value_bias = attention.output_bias = false;
    const int64_t positions = reader.size("max_position_embeddings");
    attention.rotary = read_rotary(reader, attention.head_width, positions);
    config.max_tokens = rotary_limit(attention.rotary, positions);

    spec.is_causal = true;
    spec.norm.kind = NormSpec::Kind::rms_norm;
    spec.norm.epsilon = reader.epsilon("rms_norm_eps", 1e-6);
    spec.placement = NormPlacement::before;
    spec.activation = reader.activation("hidden_act", "silu");
    spec.is_gated = true;
    spec.up_bias = spec.down_bias = false;
    spec.has_final_norm = true;

    EmbeddingSpec& embedding = stack.embedding;
    embedding.vocabulary = reader.size("vocab_size");
    embedding.width = spec.hidden;
    embedding.words = "embed_tokens";

    StackNames& names = stack.names;
    names.attention.query = {"layers.{}.self_attn.q_proj"};
    names.attention.key = {"layers.{}.self_attn.k_proj"};
    names.attention.value = {"layers.{}.self_attn.v_proj"};
    names.attention.output = {"layers.{}.self_attn.o_proj"};
    names.attention.norm = "layers.{}.input_layernorm";
    names.mlp.gate = {"layers.{}.mlp.gate_proj"};
    names.mlp.up = {"layers.{}.mlp.up_proj"};
    names.mlp.down = {"layers.{}.mlp.down_proj"};
    names.mlp.norm = "layers.{}.post_attention_layernorm";
    names.final_norm = "norm";

    config.base_prefix = "model.";
    config.ties_words = reader.flag("tie_word_embeddings", defaults.ties_words);
    default_ids(reader, config, defaults.end_id, defaults.pad_id);
    return stack;
}

void read_attention_bias(const ConfigReader& reader, AttentionSpec& attention) {
    attention.query_bias = attention.key_bias = attention.value_bias = attention.output_bias =
        reader.flag("attention_bias", false);
}

std::vector<int64_t> layer_windows(const ConfigReader& reader, int64_t layers, int64_t window,
                                   int64_t first_sliding) {
    const std::vector<std::string> types = reader.texts("layer_types");
    std::vector<int64_t> windows(static_cast<size_t>(layers), 0);
    if (types.empty()) {
        for (int64_t l = first_sliding; l < layers; ++l) windows[static_cast<size_t>(l)] = window;
        return windows;
    }
    if (static_cast<int64_t>(types.size()) != layers)
        throw Error("\"" + reader.source() + "\": \"layer_types\" has " + std::to_string(types.size()) +
                    " entries for " + std::to_string(layers) + " layers");
    for (size_t l = 0; l < types.size(); ++l) {
        if (types[l] == "full_attention") continue;
        if (types[l] != "sliding_attention")
            throw Error("\"" + reader.source() + "\": \"layer_types\" has \"" + types[l].substr(0, 80) +
                            "\", which is not supported",
                        "Supported: full_attention, sliding_attention.");
        if (window == 0)
            throw Error("\"" + reader.source() + "\": \"layer_types\" has \"" + types[l] +
                            "\", but there is no \"sliding_window\" in use",
                        "The config must say how wide the window is.");
        windows[l] = window;
    }
    return windows;
}

void read_llama_head(const ConfigReader& reader, ModelConfig& config) {
    if (is_for(config, "ForCausalLM")) {
        config.head = HeadSpec{HeadKind::language_model, {vocabulary_step({"lm_head"}, {})}, {}};
    } else if (is_for(config, "ForSequenceClassification")) {
        config.head =
            HeadSpec{HeadKind::sequence_classification,
                     {row_step(HeadStep::Kind::last_row), linear_step("score", class_count(reader), false)},
                     reader.labels()};
    } else if (is_for(config, "ForTokenClassification")) {
        const bool has_bias = reader.flag("token_classification_bias", true);
        config.head = HeadSpec{HeadKind::token_classification,
                               {linear_step("score", class_count(reader), has_bias)},
                               reader.labels()};
    } else if (is_for(config, "ForQuestionAnswering")) {
        config.base_prefix = "transformer.";
        config.head = HeadSpec{HeadKind::question_answering, {linear_step("qa_outputs", 2)}, {}};
    }
}

void default_ids(const ConfigReader& reader, ModelConfig& config, std::optional<int64_t> end_id,
                 std::optional<int64_t> pad_id) {
    const auto is_silent = [&](const char* key) { return !reader.has(key) && !reader.is_null(key); };
    if (end_id && is_silent("eos_token_id")) config.generation.end_ids = {*end_id};
    if (pad_id && is_silent("pad_token_id")) config.generation.pad_id = pad_id;
}

namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack = llama_stack(reader, config, {.end_id = 2});
    read_attention_bias(reader, stack.spec.attention);
    stack.spec.up_bias = stack.spec.down_bias = reader.flag("mlp_bias", false);
    config.stacks.push_back(std::move(stack));
    read_llama_head(reader, config);
}

}  // namespace

const Family llama_family = {"llama",
                             ModelKind::decoder,
                             {"LlamaModel", "LlamaForCausalLM", "LlamaForSequenceClassification",
                              "LlamaForTokenClassification", "LlamaForQuestionAnswering"},
                             read};

}  // namespace weft
