// What y becomes without a head, without heads in the order of their importance, without a token, and while
// tokens leave or enter in the order of an attribution (METHODS "Ablation", "Deletion and insertion"), as
// steps that fill a frame. Private to analysis/torch.
#pragma once

#include <vector>

#include "analysis/method/frame_steps.h"
#include "analysis/torch/explainer.h"

namespace weft::torch_part {

// Of the methods that the request wants, behind the gradients' steps, whose results they read where they are
// there:
//   ablation.zero, ablation.mean          y with one head's context 0, or its mean over rows   [L, H]
//   ablation.pruning, .pruning.random     y while heads leave, the least important first       [L H + 1]
//   token_ablation                        y with one token replaced; special ones: y           [N]
//   deletion, insertion, each .random     y while tokens leave, or enter                       [M + 1]
//   deletion.area, insertion.area         areas under a curve and the random one               [2]
// A token is replaced by mask, else pad, else unk; an image's patch by 0 behind the normalisation.
void append_ablation_steps(const AnalysisRequest& request, LazyExplainer& explainer, ExplainedInput input,
                           std::vector<FrameStep>& steps);

}  // namespace weft::torch_part
