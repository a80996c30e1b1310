// What a decoder has computed of its text so far, row by row: a row never changes by what comes after it, so
// a longer text over the same source begins with the rows of the one before. One thread. Private to
// analysis/torch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "analysis/torch/stack_forward.h"

namespace weft::torch_part {

struct DecoderSizes {
    int64_t layers = 0, heads = 0, hidden = 0;
};

class DecoderRows {
  public:
    DecoderRows() = default;
    // `source` keys of the cross-attention; with hidden states, with the outputs behind the final norm.
    DecoderRows(const DecoderSizes& sizes, int64_t source, bool has_hidden, bool has_outputs);

    int64_t count() const { return static_cast<int64_t>(ids_.size()); }
    bool has_hidden() const { return has_hidden_; }
    bool has_outputs() const { return has_outputs_; }
    int64_t shared_with(std::span<const int32_t> ids) const;  // how many tokens at the beginning
    void cut(int64_t count);

    // Computes what is missing to `ids`. `stop` is asked after each layer; false: it ended the work, and the
    // rows are those that were there already. Throws where numbers are not finite.
    bool extend(StackForward& decoder, std::span<const int32_t> ids, const std::function<bool()>& stop);

    void copy_self(int64_t layer, float* attention) const;       // [H, N, N]
    void copy_cross(int64_t layer, float* attention) const;      // [H, N, S]
    void copy_hidden(float* states) const;                       // [L + 1, N, D]
    std::span<const float> outputs() const { return outputs_; }  // [N, D]
    RowErrors largest_errors() const;

  private:
    DecoderSizes sizes_;
    int64_t source_ = 0;
    bool has_hidden_ = false, has_outputs_ = false;
    std::vector<int32_t> ids_;
    std::vector<RowErrors> errors_;           // [N]
    std::vector<std::vector<float>> self_;    // [L] of rows [H, i + 1], one behind the other
    std::vector<std::vector<float>> cross_;   // [L] of [N, H, S]
    std::vector<std::vector<float>> hidden_;  // [L + 1] of [N, D]
    std::vector<float> outputs_;              // [N, D]
    std::vector<float> self_scratch_, cross_scratch_;
};

}  // namespace weft::torch_part
