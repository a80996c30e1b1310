// Integrated gradients of attention (Hao et al. 2021, https://arxiv.org/abs/2004.11207): per layer, all heads
// together, A_l * sum_k w_k dy/dA_l(a_k A_l) by Gauss-Legendre nodes a_k from 0 to 1, the layers behind it
// computed anew from the changed states. Private to analysis/torch.
#pragma once

#include "analysis/method/frame_steps.h"
#include "analysis/torch/explainer.h"

namespace weft::torch_part {

// Fills "attention_integrated_gradients" [L, H, Q, K] of every block, and for each layer
// delta_l = sum - (y(A_l) - y(0)). False: stopped.
bool add_attention_integrated_gradients(Explainer& explainer, const AnalysisOptions& options,
                                        AttentionFrame& frame, const StepContext& context);

}  // namespace weft::torch_part
