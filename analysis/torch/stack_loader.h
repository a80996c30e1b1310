// From a checkpoint to ModelWeights, as the config describes it. Private to analysis/torch.
#pragma once

#include <memory>

#include "analysis/checkpoint/checkpoint.h"
#include "analysis/model.h"
#include "analysis/torch/stack_weights.h"

namespace weft::torch_part {

// Each layer that is loaded moves `progress` (may be null), and one that was asked to stop throws
// LoadCancelled. Throws weft::Error: a tensor that is missing, of another shape, of no float type, not
// finite.
std::shared_ptr<const ModelWeights> load_model_weights(const ModelConfig& config,
                                                       const Checkpoint& checkpoint,
                                                       std::shared_ptr<LoadProgress> progress = nullptr);

}  // namespace weft::torch_part
