// From stored tensors to BertWeights, checked: every tensor there, of the expected shape, of a float type,
// finite. Private to analysis/torch.
#pragma once

#include <memory>
#include <string>

#include "analysis/checkpoint/safetensors.h"
#include "analysis/family/model_config.h"
#include "analysis/torch/bert_weights.h"

namespace weft::torch_part {

BertShape shape_of(const ModelConfig& config);

// Names with and without the prefix "bert.", LayerNorm's also as gamma and beta. Float32 on a boundary of
// four bytes stays where it is, everything else is converted tensor by tensor. Throws weft::Error.
std::shared_ptr<const BertWeights> load_bert_weights(const BertShape& shape, const Safetensors& file);

}  // namespace weft::torch_part
