// GPT-NeoX (Black et al. 2022): attention and feed-forward part side by side, a share of each head turned,
// query, key and value of a head in one piece of one matrix.
#include "analysis/family/llama.h"
#include "analysis/family/rotary.h"

namespace weft {
namespace {

void read_head(const ConfigReader& reader, ModelConfig& config) {
    if (is_for(config, "ForCausalLM")) {
        // Named after the input's "embed_in" in files from before transformers 5.
        config.head = HeadSpec{HeadKind::language_model, {vocabulary_step({"lm_head", "embed_out"}, {})}, {}};
    } else if (is_for(config, "ForTokenClassification")) {
        config.head = HeadSpec{HeadKind::token_classification,
                               {linear_step("classifier", class_count(reader))},
                               reader.labels()};
    } else {
        read_llama_head(reader, config);
    }
    config.base_prefix = "gpt_neox.";
}

void read(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack;
    StackSpec& spec = stack.spec;
    spec.layers = reader.size("num_hidden_layers");
    spec.hidden = reader.size("hidden_size");
    spec.intermediate = reader.size("intermediate_size");
    AttentionSpec& attention = spec.attention;
    attention.heads = attention.key_value_heads = reader.size("num_attention_heads");
    reader.check_multiple("hidden_size", spec.hidden, "num_attention_heads", attention.heads);
    attention.head_width = spec.hidden / attention.heads;
    attention.query_bias = attention.key_bias = attention.value_bias = attention.output_bias =
        reader.flag("attention_bias", true);
    const int64_t positions = reader.size("max_position_embeddings");
    attention.rotary = read_rotary(
        reader, attention.head_width, positions,
        {.theta = "rotary_emb_base", .share = "rotary_pct", .default_share = 0.25, .may_be_partial = true});
    if (reader.number("rope_theta", attention.rotary.theta, 0, 1e12) != attention.rotary.theta)
        reader.refuse("rope_theta", "\"rotary_emb_base\" decides for this model type; they must agree.");
    config.max_tokens = rotary_limit(attention.rotary, positions);
    spec.is_causal = true;
    spec.is_parallel = reader.flag("use_parallel_residual", true);
    spec.norm.epsilon = reader.epsilon("layer_norm_eps", 1e-5);
    spec.placement = NormPlacement::before;
    spec.activation = reader.activation("hidden_act", "gelu");
    spec.has_final_norm = true;

    EmbeddingSpec& embedding = stack.embedding;
    embedding.vocabulary = reader.size("vocab_size");
    embedding.width = spec.hidden;
    embedding.words = "embed_in";

    StackNames& names = stack.names;
    names.attention.fusing = AttentionNames::Fusing::by_head;
    names.attention.fused = {"layers.{}.attention.query_key_value"};
    names.attention.output = {"layers.{}.attention.dense"};
    names.attention.norm = "layers.{}.input_layernorm";
    names.mlp.up = {"layers.{}.mlp.dense_h_to_4h"};
    names.mlp.down = {"layers.{}.mlp.dense_4h_to_h"};
    names.mlp.norm = "layers.{}.post_attention_layernorm";
    names.final_norm = "final_layer_norm";

    config.ties_words = reader.flag("tie_word_embeddings", false);
    default_ids(reader, config, 2, {});
    config.stacks.push_back(std::move(stack));
    read_head(reader, config);
}

}  // namespace

const Family gpt_neox_family = {"gpt_neox",
                                ModelKind::decoder,
                                {"GPTNeoXModel", "GPTNeoXForCausalLM", "GPTNeoXForSequenceClassification",
                                 "GPTNeoXForTokenClassification", "GPTNeoXForQuestionAnswering"},
                                read};

}  // namespace weft
