// The methods that explain a scalar by its gradients, as steps that fill a frame: of every kind of model,
// through its Explainer. Private to analysis/torch.
#pragma once

#include <functional>
#include <vector>

#include "analysis/method/frame_steps.h"
#include "analysis/torch/explainer.h"

namespace weft::torch_part {

// Of the methods that the request wants: one step for all that share a backward pass ("gradients" is what
// they share), integrated gradients, and those of attention. Nothing is computed before a step runs.
void append_gradient_steps(const AnalysisRequest& request, LazyExplainer& explainer, ExplainedInput input,
                           std::vector<FrameStep>& steps);

// Whether a step of these options begins the explainer, whose pass can then be the picture's as well: nobody
// waits for the picture alone.
bool explains_at_once(const AnalysisOptions& options);

// For any step that needs y or a changed pass: begins `input` and writes the target into the frame. Null:
// stopped.
Explainer* begin_explained(LazyExplainer& explainer, const ExplainedInput& input,
                           const AnalysisOptions& options, AttentionFrame& frame,
                           const std::function<bool()>& stop);

// Index into AttentionFrame::blocks of a stack's self-attention or cross-attention.
size_t block_of(size_t stack, bool is_cross);

}  // namespace weft::torch_part
