// BERT (Devlin et al. 2019): norms after the residual sums, learned positions, segments.
#include "analysis/family/bert_like.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    config.base_prefix = "bert.";
    config.stacks.push_back(read_bert_like(reader, config, 0));
    const StackSpec& spec = config.stack();
    read_row_heads(reader, config);
    if (is_for(config, "ForMaskedLM") || is_for(config, "ForPreTraining")) {
        config.head = HeadSpec{
            HeadKind::language_model,
            {linear_step("cls.predictions.transform.dense", spec.hidden), activation_step(spec.activation),
             norm_step("cls.predictions.transform.LayerNorm", spec.norm),
             vocabulary_step({"cls.predictions.decoder"},
                             tied_biases(config, "cls.predictions.bias", "cls.predictions.decoder.bias"))},
            {}};
    } else if (is_for(config, "ForSequenceClassification") || is_for(config, "ForNextSentencePrediction")) {
        const bool is_next = is_for(config, "ForNextSentencePrediction");
        config.head =
            HeadSpec{HeadKind::sequence_classification,
                     {row_step(HeadStep::Kind::first_row), linear_step("bert.pooler.dense", spec.hidden),
                      activation_step(Activation::tanh),
                      is_next ? linear_step("cls.seq_relationship", 2)
                              : linear_step("classifier", class_count(reader))},
                     is_next ? std::vector<std::string>{"next", "not next"} : reader.labels()};
    }
}

}  // namespace

const Family bert_family = {
    "bert",
    ModelKind::encoder,
    {"BertModel", "BertForMaskedLM", "BertForPreTraining", "BertForSequenceClassification",
     "BertForTokenClassification", "BertForQuestionAnswering", "BertForNextSentencePrediction"},
    read};

}  // namespace weft
