// From a checkpoint to ModelWeights, as the config describes it. Private to analysis/torch.
#pragma once

#include <memory>

#include "analysis/checkpoint/checkpoint.h"
#include "analysis/torch/stack_weights.h"

namespace weft::torch_part {

// Throws weft::Error: a tensor that is missing, of another shape, of no float type, not finite.
std::shared_ptr<const ModelWeights> load_model_weights(const ModelConfig& config,
                                                       const Checkpoint& checkpoint);

}  // namespace weft::torch_part
