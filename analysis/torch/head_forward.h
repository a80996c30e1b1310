// From the last hidden states to logits, by plain ATen. Private to analysis/torch.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/torch/plain_parts.h"

namespace weft::torch_part {

class HeadForward {
  public:
    HeadForward(std::shared_ptr<const ModelWeights> weights, HeadSpec spec, const std::string& device);

    const HeadSpec& spec() const { return spec_; }
    c10::Device device() const { return device_; }

    // `states` [N, D] behind the final norm; `last` is the row that `last_row` takes. Gradients flow through.
    at::Tensor logits(const at::Tensor& states, int64_t last) const { return logits(states, last, {}); }
    // The one of them with number `index` alone, [N, 1] or [1]: without the products of the others.
    at::Tensor logit(const at::Tensor& states, int64_t last, int64_t index) const {
        return logits(states, last, index);
    }

    struct Result {
        std::vector<int64_t> shape;
        std::vector<float> values;
    };
    // The same from memory to memory.
    Result run(const float* states, int64_t rows, int64_t width, int64_t last) const;

    // Whether the logits of a row need that row alone, so that one row is enough for the next token.
    bool is_row_by_row() const;
    // Whether `last_row` and what comes after it are all that the head needs.
    bool reads_last_row() const;

  private:
    at::Tensor logits(const at::Tensor& states, int64_t last, std::optional<int64_t> index) const;

    struct Step {
        PlainLinear linear;
        PlainNorm norm;
    };
    std::shared_ptr<const ModelWeights> weights_;
    HeadSpec spec_;
    c10::Device device_;
    std::vector<Step> steps_;
};

}  // namespace weft::torch_part
