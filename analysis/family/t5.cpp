// T5 and mT5 (Raffel et al. 2020, Xue et al. 2021): norms of the root mean square first, no biases, positions
// as a learned bias for the distance, scores that are not scaled.
#include <cmath>

#include "analysis/family/heads.h"

namespace weft {
namespace {

struct FeedForward {
    Activation activation;
    bool is_gated;
};

FeedForward read_feed_forward(const ConfigReader& reader, const std::string& fallback) {
    const std::string projection = reader.text("feed_forward_proj", fallback);
    const size_t dash = projection.find('-');
    const bool is_gated = projection.starts_with("gated-");
    if (dash != std::string::npos && (!is_gated || projection.find('-', dash + 1) != std::string::npos))
        reader.refuse("feed_forward_proj", "Supported: an activation, or \"gated-\" and an activation.");
    const std::string name = is_gated ? projection.substr(dash + 1) : projection;
    // What the original calls gelu is the approximation, where it gates.
    const Activation named =
        reader.activation_named(reader.has("dense_act_fn") ? "dense_act_fn" : "feed_forward_proj",
                                reader.text("dense_act_fn", projection == "gated-gelu" ? "gelu_new" : name));
    return {named, reader.flag("is_gated_act", is_gated)};
}

RelativeBiasSpec read_relative_bias(const ConfigReader& reader, bool is_bidirectional) {
    RelativeBiasSpec bias;
    bias.buckets = reader.integer("relative_attention_num_buckets", 32, 4, 1 << 16);
    bias.is_bidirectional = is_bidirectional;
    // Half of the buckets are for one distance each; the others need some distance that is left.
    bias.max_distance = reader.integer("relative_attention_max_distance", 128, bias.buckets / 2 + 1, 1 << 24);
    return bias;
}

StackDescription read_stack(const ConfigReader& reader, const std::string& side, const FeedForward& forward) {
    const bool is_decoder = side == "decoder";
    StackDescription stack;
    StackSpec& spec = stack.spec;
    const int64_t layers = reader.size("num_layers", 6);
    spec.layers = is_decoder ? reader.size("num_decoder_layers", layers) : layers;
    spec.hidden = reader.size("d_model");
    spec.intermediate = reader.size("d_ff");
    AttentionSpec& attention = spec.attention;
    attention.heads = attention.key_value_heads = reader.size("num_heads");
    attention.head_width = reader.size("d_kv", 64);
    attention.scale = 1;
    attention.query_bias = attention.key_bias = attention.value_bias = attention.output_bias = false;
    attention.relative_bias = read_relative_bias(reader, !is_decoder);
    spec.is_causal = spec.has_cross_attention = is_decoder;
    spec.norm = {NormSpec::Kind::rms_norm, reader.epsilon("layer_norm_epsilon", 1e-6), false, false};
    spec.placement = NormPlacement::before;
    spec.has_final_norm = true;
    spec.activation = forward.activation;
    spec.is_gated = forward.is_gated;
    spec.up_bias = spec.down_bias = false;

    EmbeddingSpec& embedding = stack.embedding;
    embedding.vocabulary = reader.size("vocab_size");
    embedding.width = spec.hidden;
    embedding.padding_id = reader.integer("pad_token_id", 0, 0, embedding.vocabulary - 1);
    embedding.words = side + ".embed_tokens";
    embedding.words_else = {"shared", (is_decoder ? "encoder" : "decoder") + std::string(".embed_tokens"),
                            "lm_head"};

    const std::string block = side + ".block.{}.layer.";
    const auto attention_names = [&](const std::string& layer, const std::string& kind) {
        AttentionNames names;
        names.query = {block + layer + "." + kind + ".q"};
        names.key = {block + layer + "." + kind + ".k"};
        names.value = {block + layer + "." + kind + ".v"};
        names.output = {block + layer + "." + kind + ".o"};
        names.norm = block + layer + ".layer_norm";
        return names;
    };
    StackNames& names = stack.names;
    names.attention = attention_names("0", "SelfAttention");
    names.attention.relative_bias = side + ".block.0.layer.0.SelfAttention.relative_attention_bias";
    names.cross = attention_names("1", "EncDecAttention");
    const std::string last = block + (is_decoder ? "2" : "1");
    names.mlp.up = {last + (spec.is_gated ? ".DenseReluDense.wi_1" : ".DenseReluDense.wi")};
    names.mlp.gate = {last + ".DenseReluDense.wi_0"};
    names.mlp.down = {last + ".DenseReluDense.wo"};
    names.mlp.norm = last + ".layer_norm";
    names.final_norm = side + ".final_layer_norm";
    return stack;
}

void read_both(const ConfigReader& reader, const char* feed_forward, bool scales_output,
               ModelConfig& config) {
    reader.expect_flag("is_encoder_decoder", true, "Only its use with both stacks is supported.");
    const FeedForward forward = read_feed_forward(reader, feed_forward);
    config.base_prefix = "transformer.";
    config.stacks.push_back(read_stack(reader, "encoder", forward));
    config.stacks.push_back(read_stack(reader, "decoder", forward));
    // T5 starts with padding.
    const std::vector<int64_t> start = reader.integers("decoder_start_token_id");
    config.generation.start_id = start.empty() ? config.stacks[1].embedding.padding_id : start.front();
    if (config.generation.end_ids.empty()) config.generation.end_ids = {1};
    // Whatever the config says: what it means by "tie_word_embeddings" is whether the output is scaled.
    config.ties_words = true;
    if (!is_for(config, "ForConditionalGeneration")) return;
    HeadSpec head{HeadKind::language_model, {}, {}};
    if (scales_output)
        head.steps.push_back(value_step(HeadStep::Kind::scale,
                                        1 / std::sqrt(static_cast<double>(config.stacks[1].spec.hidden))));
    head.steps.push_back(vocabulary_step({"lm_head"}, {}));
    config.head = std::move(head);
}

void read_t5(const ConfigReader& reader, ModelConfig& config) {
    read_both(reader, "relu", reader.flag("scale_decoder_outputs", reader.flag("tie_word_embeddings", true)),
              config);
}

void read_mt5(const ConfigReader& reader, ModelConfig& config) {
    read_both(reader, "gated-gelu", false, config);
}

}  // namespace

const Family t5_family = {
    "t5", ModelKind::encoder_decoder, {"T5Model", "T5ForConditionalGeneration"}, read_t5};
const Family mt5_family = {
    "mt5", ModelKind::encoder_decoder, {"MT5Model", "MT5ForConditionalGeneration"}, read_mt5};

}  // namespace weft
