// What BERT and its descendants have in common: the settings' names, the tensors' names, heads. Inside
// analysis/family only.
#pragma once

#include "analysis/family/heads.h"

namespace weft {

// Sizes, norm, activation and embedding as BERT's config.json has them, tensors as BERT names them. Sets
// config.max_tokens.
StackDescription read_bert_like(const ConfigReader& reader, ModelConfig& config, int64_t default_padding_id);

// Positions count from behind the padding row, and a typed padding token has that row (RoBERTa, MPNet).
void skip_padding(StackDescription& stack, ModelConfig& config);

// Token and question-answering heads: one map from the last hidden state. Others are left to the family.
void read_row_heads(const ConfigReader& reader, ModelConfig& config);

// dense, gelu, norm, vocabulary under `name` ("lm_head."), as RoBERTa has it.
HeadSpec lm_head(const ModelConfig& config, const std::string& name);

// First row, dense, activation, map to the classes, as RoBERTa has it.
HeadSpec classification_head(const ConfigReader& reader, const ModelConfig& config, Activation activation);

// The bias of the vocabulary's map has two names, of which an untied model uses the second.
std::vector<std::string> tied_biases(const ModelConfig& config, std::string tied, std::string untied);

}  // namespace weft
