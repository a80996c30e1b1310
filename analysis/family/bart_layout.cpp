#include "analysis/family/bart_layout.h"

#include <cmath>

#include "analysis/family/heads.h"

namespace weft {
namespace {

// Of older files; transformers no longer reads them.
void check_old_settings(const ConfigReader& reader, const BartLayout& layout) {
    const std::string hint = "Its models have one way only, the other one is not computed.";
    reader.expect_flag("normalize_before", layout.norms_first, hint);
    reader.expect_flag("normalize_embedding", layout.has_embedding_norm, hint);
    reader.expect_flag("add_final_layer_norm", layout.norms_first, hint);
    reader.expect_flag("static_position_embeddings", layout.positions != EmbeddingSpec::Positions::learned,
                       hint);
}

AttentionNames attention_names(const std::string& part, const std::string& norm) {
    AttentionNames names;
    names.query = {part + ".q_proj"};
    names.key = {part + ".k_proj"};
    names.value = {part + ".v_proj"};
    names.output = {part + ".out_proj"};
    names.norm = norm;
    return names;
}

StackDescription read_stack(const ConfigReader& reader, const BartLayout& layout, const std::string& side,
                            bool shares_words) {
    const bool is_decoder = side == "decoder";
    const auto key = [&](const char* rest) { return side + rest; };
    StackDescription stack;
    StackSpec& spec = stack.spec;
    spec.layers = reader.size(key("_layers").c_str());
    spec.hidden = reader.size("d_model");
    spec.intermediate = reader.size(key("_ffn_dim").c_str());
    spec.attention.heads = reader.size(key("_attention_heads").c_str());
    spec.attention.key_value_heads = spec.attention.heads;
    reader.check_multiple("d_model", spec.hidden, key("_attention_heads").c_str(), spec.attention.heads);
    spec.attention.head_width = spec.hidden / spec.attention.heads;
    spec.is_causal = spec.has_cross_attention = is_decoder;
    spec.norm.epsilon = 1e-5;
    spec.placement = layout.norms_first ? NormPlacement::before : NormPlacement::after;
    spec.has_final_norm = layout.norms_first;
    spec.activation = reader.activation("activation_function", layout.activation);

    EmbeddingSpec& embedding = stack.embedding;
    const int64_t vocabulary = reader.size("vocab_size");
    embedding.vocabulary = is_decoder && layout.may_split_vocabulary
                               ? reader.size("decoder_vocab_size", vocabulary)
                               : vocabulary;
    if (shares_words && embedding.vocabulary != vocabulary)
        reader.refuse("decoder_vocab_size", "With shared embeddings it must be \"vocab_size\".");
    embedding.width = spec.hidden;
    embedding.scale = reader.flag("scale_embedding", layout.scales_embedding)
                          ? std::sqrt(static_cast<double>(spec.hidden))
                          : 1.0;
    embedding.positions = layout.positions;
    embedding.padding_id = reader.integer("pad_token_id", layout.padding_id, 0, vocabulary - 1);
    embedding.position_rows = reader.size("max_position_embeddings", 1024);
    if (layout.positions == EmbeddingSpec::Positions::learned) {
        embedding.position_offset = 2;  // what the rows before are for, nobody uses any more
        embedding.position_rows += embedding.position_offset;
    }
    embedding.positions_skip_padding = layout.positions == EmbeddingSpec::Positions::sinusoid_fairseq;
    embedding.norm = spec.norm;
    embedding.has_norm = layout.has_embedding_norm;
    embedding.words = side + ".embed_tokens";
    const std::string other = is_decoder ? "encoder" : "decoder";
    if (shares_words)
        embedding.words_else = {"shared", other + ".embed_tokens", "lm_head"};
    else if (is_decoder)
        embedding.words_else = {"lm_head"};
    embedding.position_table = side + ".embed_positions";
    embedding.norm_name = side + ".layernorm_embedding";

    StackNames& names = stack.names;
    const std::string layer = side + ".layers.{}.";
    names.attention = attention_names(layer + "self_attn", layer + "self_attn_layer_norm");
    names.cross = attention_names(layer + "encoder_attn", layer + "encoder_attn_layer_norm");
    names.mlp.up = {layer + "fc1"};
    names.mlp.down = {layer + "fc2"};
    names.mlp.norm = layer + "final_layer_norm";
    names.final_norm = side + ".layer_norm";
    return stack;
}

void read_generation(const ConfigReader& reader, const BartLayout& layout, GenerationSpec& generation) {
    const auto id = [&](const char* key, const std::optional<int64_t>& fallback) -> std::optional<int64_t> {
        const std::vector<int64_t> list = reader.integers(key);
        return list.empty() ? fallback : list.front();
    };
    generation.start_id = id("decoder_start_token_id", layout.start_id);
    if (generation.end_ids.empty()) generation.end_ids = {layout.end_id};
    generation.forced_last_id = id("forced_eos_token_id", layout.forced_last_id);
}

}  // namespace

void read_bart_layout(const ConfigReader& reader, const BartLayout& layout, ModelConfig& config) {
    check_old_settings(reader, layout);
    reader.expect_flag("is_encoder_decoder", true, "Only its use with both stacks is supported.");
    const bool shares_words =
        !layout.may_split_vocabulary || reader.flag("share_encoder_decoder_embeddings", true);
    config.base_prefix = "model.";
    config.stacks.push_back(read_stack(reader, layout, "encoder", shares_words));
    config.stacks.push_back(read_stack(reader, layout, "decoder", shares_words));
    read_generation(reader, layout, config.generation);
    config.max_tokens = config.max_target_tokens = reader.size("max_position_embeddings", 1024);
    if (is_for(config, "Model")) {
        if (config.architecture != "MarianMTModel") return;
    } else if (config.architecture.empty()) {
        return;
    }
    std::vector<std::string> biases;
    if (layout.has_logits_bias) biases = {"final_logits_bias"};
    HeadStep words = vocabulary_step({"lm_head"}, biases);
    words.bias_may_be_missing = true;
    config.head = HeadSpec{HeadKind::language_model, {words}, {}};
}

}  // namespace weft
