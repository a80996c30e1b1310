// A pass through PlainStack that keeps what comes next pass.
#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "analysis/error.h"
#include "analysis/method/head_ablations.h"
#include "analysis/torch/kept_rows.h"
#include "analysis/torch/plain_stack.h"
#include "analysis/torch/stack_forward.h"

namespace weft::torch_part {

namespace {

class PlainForward final : public StackForward {
  public:
    PlainForward(std::shared_ptr<const ModelWeights> weights, size_t stack, c10::Device device)
        : stack_(std::move(weights), stack, device),
          self_(static_cast<size_t>(stack_.spec().layers)),
          source_(static_cast<size_t>(stack_.spec().layers)) {}

    void set_ablations(std::vector<HeadAblation> ablations) override { ablations_ = std::move(ablations); }

    void embed(std::span<const int32_t> ids, std::span<const uint8_t> segments, int64_t kept) override {
        const c10::InferenceMode inference;
        WEFT_ASSERT(kept == 0 || (stack_.spec().is_causal && !has_mean(ablations_)), std::to_string(kept));
        kept_ = kept;
        x_ = stack_.embed(ids, segments, kept);
    }

    void enter(const float* states, int64_t rows) override {
        const c10::InferenceMode inference;
        kept_ = 0;
        x_ = stack_.enter(on_device(states, rows));
    }

    void set_source(const float* states, int64_t rows) override {
        const c10::InferenceMode inference;
        states_ = on_device(states, rows);
        for (PlainStack::KeysValues& layer : source_) layer = {};
    }

    void keep_values(bool keeps) override {
        keeps_values_ = keeps;
        if (!keeps && !stack_.spec().is_causal)
            for (PlainStack::KeysValues& layer : self_) layer = {};
    }

    void write_contribution(int64_t layer, bool is_cross, const float* weights, int64_t queries, int64_t keys,
                            float* norms) override {
        const c10::InferenceMode inference;
        const PlainStack::KeysValues& of = (is_cross ? source_ : self_)[static_cast<size_t>(layer)];
        WEFT_ASSERT(of.values.defined(), std::to_string(layer));
        const at::Tensor given = at::from_blob(const_cast<float*>(weights),
                                               {stack_.spec().attention.heads, queries, keys}, at::kFloat)
                                     .to(stack_.device());
        at::from_blob(norms, {queries, keys}, at::kFloat)
            .copy_(stack_.contribution(layer, is_cross, given, of.values.slice(1, 0, keys)));
    }

    RowErrors run_layer(int64_t layer, const AttentionTarget& target, bool advance) override {
        const c10::InferenceMode inference;
        PlainStack::KeysValues before;
        PlainStack::KeysValues& held = self_[static_cast<size_t>(layer)];
        if (kept_ > 0) before = {held.keys.slice(1, 0, kept_), held.values.slice(1, 0, kept_)};
        PlainStack::LayerResult result =
            stack_.run_layer(layer, x_, before, states_, source_[static_cast<size_t>(layer)], advance,
                             taps(layer, false), taps(layer, true));
        if (stack_.spec().is_causal || keeps_values_) held = result.self;
        source_[static_cast<size_t>(layer)] = result.source;
        RowErrors errors;
        errors.self = write(result.attention, target.self);
        const double kept_error = keep_rows(target, result.attention.size(2));
        if (kept_error > errors.self) errors.self = kept_error;  // a NaN stays
        if (result.cross.defined()) errors.cross = write(result.cross, target.cross);
        if (advance) x_ = result.x;
        return errors;
    }

    int64_t rows() const override { return x_.size(0); }
    int64_t layer_parameters() const override { return stack_.layer_parameters(); }

    void copy_hidden(float* hidden) const override { copy(x_, hidden); }
    void copy_output(float* output) const override {
        const c10::InferenceMode inference;
        copy(stack_.final_norm(x_), output);
    }

  private:
    at::Tensor on_device(const float* values, int64_t rows) const {
        return at::from_blob(const_cast<float*>(values), {rows, stack_.spec().hidden}, at::kFloat)
            .to(stack_.device(), /*non_blocking=*/false, /*copy=*/true);
    }

    // The contexts of ablated heads.
    PlainStack::Taps taps(int64_t layer, bool is_cross) const {
        std::vector<HeadAblation> mine;
        for (const HeadAblation& of : ablations_)
            if (of.layer == layer && (of.kind == AttentionKind::cross) == is_cross) mine.push_back(of);
        if (mine.empty()) return {};
        PlainStack::Taps taps;
        taps.context = [mine](const at::Tensor& context) {  // [H, R, width]
            at::Tensor ablated = context.clone();
            for (const HeadAblation& of : mine) {
                at::Tensor head = ablated.select(0, of.head);
                if (of.to_mean)
                    head.copy_(context.select(0, of.head).mean(0, true).expand_as(head));
                else
                    head.zero_();
            }
            return ablated;
        };
        return taps;
    }

    static void copy(const at::Tensor& from, float* to) {
        at::from_blob(to, from.sizes(), at::kFloat).copy_(from);
    }

    double keep_rows(const AttentionTarget& target, int64_t count) const {
        double worst = 0;
        if (target.before && kept_ > 0)
            for (int64_t h = 0; h < stack_.spec().attention.heads; ++h)
                worst = std::max(
                    worst,
                    copy_kept_rows(target.before + h * target.before_count * target.before_count,
                                   target.before_count, target.self + h * count * count, count, kept_));
        return worst;
    }

    // attention [H, R, K] into the last R rows of [H, N, K].
    double write(const at::Tensor& attention, float* target) const {
        const int64_t rows = kept_ + attention.size(1);
        at::from_blob(target, {attention.size(0), rows, attention.size(2)}, at::kFloat)
            .slice(1, kept_)
            .copy_(attention);
        return at::max(at::abs(at::sum(attention, -1) - 1)).item<double>();
    }

    const PlainStack stack_;
    std::vector<PlainStack::KeysValues> self_, source_;  // of each layer
    at::Tensor x_, states_;                              // [R, D], [S, D]
    std::vector<HeadAblation> ablations_;
    int64_t kept_ = 0;
    bool keeps_values_ = false;
};

}  // namespace

std::unique_ptr<StackForward> make_plain_forward(std::shared_ptr<const ModelWeights> weights, size_t stack,
                                                 const std::string& device) {
    return std::make_unique<PlainForward>(std::move(weights), stack, c10::Device(device));
}

}  // namespace weft::torch_part
