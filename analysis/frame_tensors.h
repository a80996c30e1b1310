// The tensors of a frame under the names that files use. Any thread; the spans live as long as the frame.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/checkpoint/safetensors_write.h"

namespace weft {

// "" for one stack, ".encoder", ".decoder" or ".cross".
std::string_view stack_suffix(AttentionKind kind);

// Query rows of the flow that were computed; empty: all.
using FlowRows = std::vector<int64_t>;

// "attention" of every block, then the quantities whose name before the first dot is in `methods`, then
// "hidden_states". Throws weft::Error naming the tensor where a number is not finite, or a method that no
// block has. Rows of the flow that were not computed hold NaN, and only they may.
std::vector<Float32Tensor> frame_tensors(const AttentionFrame& frame, const std::set<std::string>& methods,
                                         const FlowRows& flow_rows = {});

}  // namespace weft
