// What a head's attention is made of: its queries, its keys, and their products before the softmax, as they
// are multiplied (behind norms of heads and rotary positions). A step that fills a frame. Private to
// analysis/torch.
#pragma once

#include <vector>

#include "analysis/method/frame_steps.h"
#include "analysis/torch/explainer.h"

namespace weft::torch_part {

// Where the request wants "query_key", of MethodOptions::query_key_head:
//   query_key.queries  [Q, d]
//   query_key.keys     [K, d], of a head that shares its keys the shared ones
//   query_key.scores   [Q, K] what the softmax is of: scaled, soft-capped, with bias; not a number: masked
//   query_key.head     [2] layer and head
//   query_key.scale    [1] of the products; scores differ from scale q . k only by soft-capping and bias
// A frame's delta "query_key" is the largest |softmax(scores) - A|. Throws UsageError for a head that the
// model does not have.
void append_query_key_step(const AnalysisRequest& request, LazyExplainer& explainer,
                           const ExplainedInput& input, std::vector<FrameStep>& steps);

}  // namespace weft::torch_part
