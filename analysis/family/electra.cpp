// ELECTRA (Clark et al. 2020): BERT behind an embedding that may be narrower than the layers.
#include "analysis/family/bert_like.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    config.base_prefix = "electra.";
    StackDescription stack = read_bert_like(reader, config, 0);
    EmbeddingSpec& embedding = stack.embedding;
    embedding.width = reader.size("embedding_size", 128);
    embedding.has_projection = embedding.width != stack.spec.hidden;
    embedding.projection = {"embeddings_project"};
    config.stacks.push_back(std::move(stack));
    const StackDescription& held = config.stacks.front();
    read_row_heads(reader, config);
    if (is_for(config, "ForMaskedLM"))
        config.head = HeadSpec{HeadKind::language_model,
                               {linear_step("generator_predictions.dense", held.embedding.width),
                                activation_step(Activation::gelu_erf),
                                norm_step("generator_predictions.LayerNorm", held.spec.norm),
                                vocabulary_step({"generator_lm_head"}, {"generator_lm_head.bias"})},
                               {}};
    if (is_for(config, "ForPreTraining"))
        config.head = HeadSpec{HeadKind::token_classification,
                               {linear_step("discriminator_predictions.dense", held.spec.hidden),
                                activation_step(held.spec.activation),
                                linear_step("discriminator_predictions.dense_prediction", 1)},
                               {"replaced"}};
    if (is_for(config, "ForSequenceClassification"))
        config.head = classification_head(reader, config, Activation::gelu_erf);
}

}  // namespace

const Family electra_family = {
    "electra",
    ModelKind::encoder,
    {"ElectraModel", "ElectraForMaskedLM", "ElectraForPreTraining", "ElectraForSequenceClassification",
     "ElectraForTokenClassification", "ElectraForQuestionAnswering"},
    read};

}  // namespace weft
