// ALBERT (Lan et al. 2020): one layer's weights for all layers, an embedding that is narrower than they are.
#include "analysis/family/bert_like.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    config.base_prefix = "albert.";
    StackDescription stack = read_bert_like(reader, config, 0);
    StackSpec& spec = stack.spec;
    spec.activation = reader.activation("hidden_act", "gelu_new");
    spec.shares_layers = true;
    for (const char* key : {"num_hidden_groups", "inner_group_num"})
        if (reader.integer(key, 1, 1, 1000) != 1)
            reader.refuse(key, "Supported: 1, as all published models have it.");
    stack.embedding.width = reader.size("embedding_size", 128);
    stack.embedding.has_projection = true;
    stack.embedding.projection = {"encoder.embedding_hidden_mapping_in"};
    const std::string layer = "encoder.albert_layer_groups.0.albert_layers.0.";
    stack.names.attention.query = {layer + "attention.query"};
    stack.names.attention.key = {layer + "attention.key"};
    stack.names.attention.value = {layer + "attention.value"};
    stack.names.attention.output = {layer + "attention.dense"};
    stack.names.attention.norm = layer + "attention.LayerNorm";
    stack.names.mlp.up = {layer + "ffn"};
    stack.names.mlp.down = {layer + "ffn_output"};
    stack.names.mlp.norm = layer + "full_layer_layer_norm";
    config.stacks.push_back(std::move(stack));
    const StackDescription& held = config.stacks.front();
    read_row_heads(reader, config);
    if (is_for(config, "ForMaskedLM") || is_for(config, "ForPreTraining"))
        config.head = HeadSpec{
            HeadKind::language_model,
            {linear_step("predictions.dense", held.embedding.width), activation_step(held.spec.activation),
             norm_step("predictions.LayerNorm", held.spec.norm),
             vocabulary_step({"predictions.decoder"},
                             tied_biases(config, "predictions.bias", "predictions.decoder.bias"))},
            {}};
    if (is_for(config, "ForSequenceClassification"))
        config.head =
            HeadSpec{HeadKind::sequence_classification,
                     {row_step(HeadStep::Kind::first_row), linear_step("albert.pooler", held.spec.hidden),
                      activation_step(Activation::tanh), linear_step("classifier", class_count(reader))},
                     reader.labels()};
}

}  // namespace

const Family albert_family = {
    "albert",
    ModelKind::encoder,
    {"AlbertModel", "AlbertForMaskedLM", "AlbertForPreTraining", "AlbertForSequenceClassification",
     "AlbertForTokenClassification", "AlbertForQuestionAnswering"},
    read};

}  // namespace weft
