// The scalar y that is explained (METHODS "Targets"), chosen once on the unchanged input, then a function of
// the last stack's output: its value and its gradient for any changed pass. One thread at a time. Private to
// analysis/torch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/method_options.h"
#include "analysis/torch/head_forward.h"

namespace weft::torch_part {

// What the choice is made from.
struct TargetInput {
    const float* output = nullptr;  // [rows, D] behind the final norm, of the unchanged input
    int64_t rows = 0, width = 0;
    int64_t predicted = 0;                        // row where the model predicts
    std::vector<uint8_t> special;                 // [rows] rows that no largest logit is looked for in
    const HeadForward* head = nullptr;            // null: the model has none
    std::vector<double> other_mean;               // [D] of the second text of a similarity
    std::function<std::string(int64_t)> name_of;  // of a token or class; "": it has none
};

class TargetFunction {
  public:
    // Throws UsageError: a name that no token or class has (with the nearest that one has), a row outside the
    // text, a logit of a model without a head, a probability of what is none.
    TargetFunction(const TargetChoice& choice, TargetSpace space, const TargetInput& input);

    const ExplainedTarget& explained() const { return explained_; }
    // Row of the last stack that y is read at: of the logit, else where the model predicts.
    int64_t row() const { return row_; }

    double value(const float* output) const;  // of [rows, D]
    // Writes dy/doutput [rows, D] and returns y.
    double gradient(const float* output, float* gradient) const;

  private:
    void choose_logit(const TargetChoice& choice, const TargetInput& input);
    void choose_in_rows(const TargetChoice& choice, const TargetInput& input, const std::string& noun);
    void choose_states(const TargetChoice& choice, const TargetInput& input);
    double logit(const float* output, float* gradient) const;
    double norm(const float* output, float* gradient) const;
    double position_norm(const float* output, float* gradient) const;
    double similarity(const float* output, float* gradient) const;
    double evaluate(const float* output, float* gradient) const;
    std::vector<double> mean(const float* output) const;
    void spread(const std::vector<double>& mean_gradient, float* gradient) const;

    ExplainedTarget explained_;
    const HeadForward* head_ = nullptr;
    std::vector<double> other_mean_;
    int64_t rows_ = 0, width_ = 0, predicted_ = 0, row_ = 0;
};

}  // namespace weft::torch_part
