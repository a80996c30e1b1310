// RoBERTa (Liu et al. 2019), and XLM-RoBERTa and CamemBERT, which differ in their tokenizers: BERT with
// positions behind the padding row and heads of its own.
#include "analysis/family/bert_like.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    config.base_prefix = "roberta.";
    StackDescription stack = read_bert_like(reader, config, 1);
    skip_padding(stack, config);
    config.stacks.push_back(std::move(stack));
    read_row_heads(reader, config);
    if (is_for(config, "ForMaskedLM")) config.head = lm_head(config, "lm_head.");
    if (is_for(config, "ForSequenceClassification"))
        config.head = classification_head(reader, config, Activation::tanh);
}

}  // namespace

const Family roberta_family = {"roberta",
                               ModelKind::encoder,
                               {"RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification",
                                "RobertaForTokenClassification", "RobertaForQuestionAnswering"},
                               read};

const Family xlm_roberta_family = {
    "xlm-roberta",
    ModelKind::encoder,
    {"XLMRobertaModel", "XLMRobertaForMaskedLM", "XLMRobertaForSequenceClassification",
     "XLMRobertaForTokenClassification", "XLMRobertaForQuestionAnswering"},
    read};

const Family camembert_family = {
    "camembert",
    ModelKind::encoder,
    {"CamembertModel", "CamembertForMaskedLM", "CamembertForSequenceClassification",
     "CamembertForTokenClassification", "CamembertForQuestionAnswering"},
    read};

}  // namespace weft
