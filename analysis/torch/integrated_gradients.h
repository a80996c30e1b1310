// Integrated gradients on the inputs (Sundararajan, Taly & Yan 2017, https://arxiv.org/abs/1703.01365): of a
// text on the word embedding before positions are added, of an image on its pixels. Private to
// analysis/torch.
#pragma once

#include "analysis/method/frame_steps.h"
#include "analysis/torch/explainer.h"

namespace weft::torch_part {

// Fills "integrated_gradients" [N] and "integrated_gradients.embedding" [N, width], or of an image
// "integrated_gradients.pixels" [channels, height, width] whose sums over each patch the first are (prefix
// tokens 0), and the delta of each stack. Two stacks one at a time, the other as it was. With
// `options.refine` it goes through fewer nodes first and posts each result. Throws UsageError for a baseline
// that there is not. False: stopped.
bool add_integrated_gradients(Explainer& explainer, const AnalysisOptions& options, AttentionFrame& frame,
                              const StepContext& context);

}  // namespace weft::torch_part
