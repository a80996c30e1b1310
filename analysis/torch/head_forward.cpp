#include "analysis/torch/head_forward.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/tanh.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "analysis/error.h"

namespace weft::torch_part {

namespace {

bool is_of_each_row(HeadStep::Kind kind) {
    using Kind = HeadStep::Kind;
    return kind == Kind::linear || kind == Kind::norm || kind == Kind::activation || kind == Kind::scale ||
           kind == Kind::softcap;
}

// The part of the map that makes number `index`.
PlainLinear row_of(const PlainLinear& linear, int64_t index) {
    PlainLinear row{linear.weight.narrow(0, index, 1), {}};
    if (linear.bias.defined()) row.bias = linear.bias.narrow(0, index, 1);
    return row;
}

}  // namespace

HeadForward::HeadForward(std::shared_ptr<const ModelWeights> weights, HeadSpec spec,
                         const std::string& device)
    : weights_(std::move(weights)), spec_(std::move(spec)), device_(device) {
    for (size_t i = 0; i < spec_.steps.size(); ++i) {
        const HeadStepWeights& from = weights_->head[i];
        Step step;
        if (from.linear.weight) step.linear = plain_linear(from.linear, device_);
        if (from.norm.gain) step.norm = plain_norm(from.norm, spec_.steps[i].norm, device_);
        steps_.push_back(std::move(step));
    }
}

at::Tensor HeadForward::logits(const at::Tensor& states, int64_t last, std::optional<int64_t> index) const {
    using Kind = HeadStep::Kind;
    // The map that makes the logits: only numbers of their own follow it.
    size_t logits_step = steps_.size();
    while (logits_step > 0 && spec_.steps[logits_step - 1].kind != Kind::linear) --logits_step;
    WEFT_ASSERT(!index || logits_step > 0, "a head without a map to logits");
    at::Tensor x = states;
    for (size_t i = 0; i < steps_.size(); ++i) {
        const HeadStep& step = spec_.steps[i];
        switch (step.kind) {
            case Kind::first_row:
                x = x.select(0, 0);
                break;
            case Kind::last_row:
                x = x.select(0, last);
                break;
            case Kind::mean_rows:
                x = x.slice(0, step.first).mean(0);
                break;
            case Kind::first_row_and_mean:
                x = at::cat({x.select(0, 0), x.slice(0, step.first).mean(0)}, 0);
                break;
            case Kind::first_two_rows:
                x = x.slice(0, 0, 2).reshape({-1});
                break;
            case Kind::linear:
                x = index && i + 1 == logits_step ? row_of(steps_[i].linear, *index)(x) : steps_[i].linear(x);
                break;
            case Kind::norm:
                x = steps_[i].norm(x);
                break;
            case Kind::activation:
                x = activate(x, step.activation);
                break;
            case Kind::scale:
                x = x * step.value;
                break;
            case Kind::softcap:
                x = at::tanh(x / step.value) * step.value;
                break;
        }
    }
    return x;
}

HeadForward::Result HeadForward::run(const float* states, int64_t rows, int64_t width, int64_t last) const {
    const c10::InferenceMode inference;
    const at::Tensor x = at::from_blob(const_cast<float*>(states), {rows, width}, at::kFloat).to(device_);
    const at::Tensor y = logits(x, last).contiguous();
    Result result;
    result.shape.assign(y.sizes().begin(), y.sizes().end());
    result.values.resize(static_cast<size_t>(y.numel()));
    at::from_blob(result.values.data(), y.sizes(), at::kFloat).copy_(y);
    return result;
}

bool HeadForward::is_row_by_row() const {
    return std::ranges::all_of(spec_.steps, [](const HeadStep& step) { return is_of_each_row(step.kind); });
}

bool HeadForward::reads_last_row() const {
    return std::ranges::all_of(spec_.steps, [](const HeadStep& step) {
        return is_of_each_row(step.kind) || step.kind == HeadStep::Kind::last_row;
    });
}

}  // namespace weft::torch_part
