// DistilBERT (Sanh et al. 2019): BERT without segments, under names of its own.
#include "analysis/family/heads.h"

namespace weft {
namespace {

StackDescription read_stack(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack;
    StackSpec& spec = stack.spec;
    spec.layers = reader.size("n_layers", 6);
    spec.hidden = reader.size("dim", 768);
    spec.intermediate = reader.size("hidden_dim", 3072);
    spec.attention.heads = spec.attention.key_value_heads = reader.size("n_heads", 12);
    reader.check_multiple("dim", spec.hidden, "n_heads", spec.attention.heads);
    spec.attention.head_width = spec.hidden / spec.attention.heads;
    spec.norm.epsilon = 1e-12;
    spec.activation = reader.activation("activation", "gelu");

    EmbeddingSpec& embedding = stack.embedding;
    embedding.vocabulary = reader.size("vocab_size");
    embedding.width = spec.hidden;
    embedding.padding_id = reader.integer("pad_token_id", 0, 0, embedding.vocabulary - 1);
    // Also with sinusoidal_pos_embds: those are in the file as numbers.
    embedding.positions = EmbeddingSpec::Positions::learned;
    embedding.position_rows = config.max_tokens = reader.size("max_position_embeddings", 512);
    embedding.norm = spec.norm;
    embedding.has_norm = true;
    embedding.reads_segments = false;
    embedding.words = "embeddings.word_embeddings";
    embedding.position_table = "embeddings.position_embeddings";
    embedding.norm_name = "embeddings.LayerNorm";

    const std::string layer = "transformer.layer.{}.";
    stack.names.attention.query = {layer + "attention.q_lin"};
    stack.names.attention.key = {layer + "attention.k_lin"};
    stack.names.attention.value = {layer + "attention.v_lin"};
    stack.names.attention.output = {layer + "attention.out_lin"};
    stack.names.attention.norm = layer + "sa_layer_norm";
    stack.names.mlp.up = {layer + "ffn.lin1"};
    stack.names.mlp.down = {layer + "ffn.lin2"};
    stack.names.mlp.norm = layer + "output_layer_norm";
    return stack;
}

void read(const ConfigReader& reader, ModelConfig& config) {
    config.base_prefix = "distilbert.";
    config.stacks.push_back(read_stack(reader, config));
    const StackSpec& spec = config.stack();
    if (is_for(config, "ForMaskedLM"))
        config.head = HeadSpec{HeadKind::language_model,
                               {linear_step("vocab_transform", spec.hidden), activation_step(spec.activation),
                                norm_step("vocab_layer_norm", spec.norm),
                                vocabulary_step({"vocab_projector"}, {"vocab_projector.bias"})},
                               {}};
    if (is_for(config, "ForSequenceClassification"))
        config.head =
            HeadSpec{HeadKind::sequence_classification,
                     {row_step(HeadStep::Kind::first_row), linear_step("pre_classifier", spec.hidden),
                      activation_step(Activation::relu), linear_step("classifier", class_count(reader))},
                     reader.labels()};
    if (is_for(config, "ForTokenClassification"))
        config.head = HeadSpec{HeadKind::token_classification,
                               {linear_step("classifier", class_count(reader))},
                               reader.labels()};
    if (is_for(config, "ForQuestionAnswering"))
        config.head = HeadSpec{HeadKind::question_answering, {linear_step("qa_outputs", 2)}, {}};
}

}  // namespace

const Family distilbert_family = {
    "distilbert",
    ModelKind::encoder,
    {"DistilBertModel", "DistilBertForMaskedLM", "DistilBertForSequenceClassification",
     "DistilBertForTokenClassification", "DistilBertForQuestionAnswering"},
    read};

}  // namespace weft
