// GPT-2 (Radford et al. 2019): learned positions, norms before the parts, matrices stored [in, out].
#include "analysis/family/llama.h"

namespace weft {
namespace {

// The family's own key, or the general one that transformers takes for it as well.
int64_t size_of(const ConfigReader& reader, const char* key, const char* general) {
    return reader.has(key) || !reader.has(general) ? reader.size(key) : reader.size(general);
}

void read_head(const ConfigReader& reader, ModelConfig& config) {
    if (is_for(config, "LMHeadModel")) {
        config.head = HeadSpec{HeadKind::language_model, {vocabulary_step({"lm_head"}, {})}, {}};
    } else if (is_for(config, "ForTokenClassification")) {
        config.head = HeadSpec{HeadKind::token_classification,
                               {linear_step("classifier", class_count(reader))},
                               reader.labels()};
    } else {
        read_llama_head(reader, config);
    }
    config.base_prefix = "transformer.";
}

void read(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack;
    StackSpec& spec = stack.spec;
    spec.layers = size_of(reader, "n_layer", "num_hidden_layers");
    spec.hidden = size_of(reader, "n_embd", "hidden_size");
    spec.intermediate = reader.size("n_inner", 4 * spec.hidden);
    AttentionSpec& attention = spec.attention;
    attention.heads = attention.key_value_heads = size_of(reader, "n_head", "num_attention_heads");
    reader.check_multiple("n_embd", spec.hidden, "n_head", attention.heads);
    attention.head_width = spec.hidden / attention.heads;
    if (!reader.flag("scale_attn_weights", true)) attention.scale = 1;
    if (reader.flag("scale_attn_by_inverse_layer_idx", false))
        for (int64_t l = 0; l < spec.layers; ++l) spec.layer_scales.push_back(1 / static_cast<double>(l + 1));
    reader.expect_flag("add_cross_attention", false, "Only its use without an encoder is supported.");
    spec.is_causal = true;
    spec.norm.epsilon = reader.epsilon("layer_norm_epsilon", 1e-5);
    spec.placement = NormPlacement::before;
    spec.activation = reader.activation("activation_function", "gelu_new");
    spec.has_final_norm = true;

    EmbeddingSpec& embedding = stack.embedding;
    embedding.vocabulary = reader.size("vocab_size");
    embedding.width = spec.hidden;
    embedding.positions = EmbeddingSpec::Positions::learned;
    embedding.position_rows = config.max_tokens = size_of(reader, "n_positions", "max_position_embeddings");
    embedding.words = "wte";
    embedding.position_table = "wpe";

    StackNames& names = stack.names;
    names.attention.fusing = AttentionNames::Fusing::blocks;
    names.attention.fused = {"h.{}.attn.c_attn", true};
    names.attention.output = {"h.{}.attn.c_proj", true};
    names.attention.norm = "h.{}.ln_1";
    names.mlp.up = {"h.{}.mlp.c_fc", true};
    names.mlp.down = {"h.{}.mlp.c_proj", true};
    names.mlp.norm = "h.{}.ln_2";
    names.final_norm = "ln_f";

    default_ids(reader, config, 50256, {});
    config.stacks.push_back(std::move(stack));
    read_head(reader, config);
}

}  // namespace

const Family gpt2_family = {"gpt2",
                            ModelKind::decoder,
                            {"GPT2Model", "GPT2LMHeadModel", "GPT2ForSequenceClassification",
                             "GPT2ForTokenClassification", "GPT2ForQuestionAnswering"},
                            read};

}  // namespace weft
