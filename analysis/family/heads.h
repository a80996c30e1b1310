// Steps that several families' heads are made of. Inside analysis/family only.
#pragma once

#include "analysis/family/families.h"

namespace weft {

HeadStep linear_step(std::string name, int64_t outputs = 0, bool has_bias = true);
HeadStep activation_step(Activation activation);
HeadStep norm_step(std::string name, const NormSpec& norm);
HeadStep row_step(HeadStep::Kind kind);
HeadStep value_step(HeadStep::Kind kind, double value);
// To the vocabulary: `names` without ".weight", else the word embedding if the model ties them.
HeadStep vocabulary_step(std::vector<std::string> names, std::vector<std::string> bias_names);

// The number of classes: "num_labels", else the labels', else 2 as transformers has it.
int64_t class_count(const ConfigReader& reader);

// Whether `architecture` ends in `suffix`: "ForMaskedLM".
bool is_for(const ModelConfig& config, std::string_view suffix);

}  // namespace weft
