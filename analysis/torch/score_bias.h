// What is added to the scores of a self-attention: the mask of causal stacks and windows, T5's relative
// positions. In rows of whole panels, as AttentionTask reads them. Private to analysis/torch.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/torch/stack_weights.h"

namespace weft::torch_part {

class ScoreBias {
  public:
    // For rows [kept, count) over `count` keys; nothing is done where it is that already.
    void prepare(const StackWeights& weights, int64_t layer, int64_t kept, int64_t count);

    // [rows, padded] of one head; null: nothing is added.
    const float* of_head(int64_t head) const {
        if (values_.empty()) return nullptr;
        return values_.data() + (per_head_ ? static_cast<size_t>(head) * head_size_ : 0);
    }

  private:
    std::vector<float> values_;
    size_t head_size_ = 0;
    bool per_head_ = false;
    int64_t window_ = -1, kept_ = -1, count_ = -1;
};

}  // namespace weft::torch_part
