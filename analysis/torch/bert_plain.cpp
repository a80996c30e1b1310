#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/max.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <c10/core/Device.h>
#include <c10/core/InferenceMode.h>

#include <cmath>

#include "analysis/error.h"
#include "analysis/torch/bert_forward.h"

namespace weft::torch_part {

namespace {

struct Linear {
    at::Tensor weight, bias;
    at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

struct Norm {
    at::Tensor gain, bias;
    double epsilon = 0;
    at::Tensor operator()(const at::Tensor& x) const {
        return at::layer_norm(x, {x.size(-1)}, gain, bias, epsilon, false);
    }
};

struct Layer {
    Linear query, key, value, output, up, down;
    Norm attention_norm, output_norm;
};

at::Tensor activate(const at::Tensor& x, Activation activation) {
    switch (activation) {
        case Activation::none:
            return x;
        case Activation::relu:
            return at::relu(x);
        case Activation::gelu_erf:
            return at::gelu(x, "none");
        case Activation::gelu_tanh:
            return at::gelu(x, "tanh");
    }
    return x;
}

class PlainForward final : public BertForward {
  public:
    PlainForward(std::shared_ptr<const BertWeights> weights, c10::Device device)
        : weights_(std::move(weights)), shape_(weights_->shape), device_(device) {
        const c10::InferenceMode inference;
        const int64_t hidden = shape_.hidden, inner = shape_.intermediate;
        words_ = tensor(weights_->words, {shape_.vocabulary, hidden});
        positions_ = tensor(weights_->positions, {shape_.positions, hidden});
        types_ = tensor(weights_->types, {shape_.types, hidden});
        norm_ = norm(weights_->norm);
        for (const BertLayerWeights& from : weights_->layers) {
            Layer layer;
            layer.query = linear(from.query, hidden, hidden);
            layer.key = linear(from.key, hidden, hidden);
            layer.value = linear(from.value, hidden, hidden);
            layer.output = linear(from.output, hidden, hidden);
            layer.up = linear(from.up, inner, hidden);
            layer.down = linear(from.down, hidden, inner);
            layer.attention_norm = norm(from.attention_norm);
            layer.output_norm = norm(from.output_norm);
            layers_.push_back(std::move(layer));
        }
    }

    void embed(const std::vector<int32_t>& ids, const std::vector<uint8_t>& segments) override {
        const c10::InferenceMode inference;
        const std::vector<int64_t> words(ids.begin(), ids.end()), types(segments.begin(), segments.end());
        x_ = norm_(at::embedding(words_, indices(words)) + at::embedding(types_, indices(types)) +
                   positions_.narrow(0, 0, static_cast<int64_t>(ids.size())));
    }

    double run_layer(int64_t index, float* attention, bool advance) override {
        const c10::InferenceMode inference;
        const Layer& layer = layers_[index];
        const int64_t count = x_.size(0);
        const at::Tensor query = heads_first(layer.query(x_)), key = heads_first(layer.key(x_));
        const double scale = 1.0 / std::sqrt(static_cast<double>(shape_.head_width()));
        const at::Tensor weights = at::softmax(at::matmul(query, key.transpose(1, 2)) * scale, -1);
        at::from_blob(attention, {shape_.heads, count, count}, at::kFloat).copy_(weights);
        const double worst = at::max(at::abs(at::sum(weights, at::IntArrayRef{-1}) - 1)).item<double>();
        if (!advance) return worst;
        const at::Tensor context = at::matmul(weights, heads_first(layer.value(x_)));
        x_ = layer.attention_norm(x_ + layer.output(context.transpose(0, 1).reshape({count, shape_.hidden})));
        x_ = layer.output_norm(x_ + layer.down(activate(layer.up(x_), shape_.activation)));
        return worst;
    }

    void copy_hidden(float* hidden) const override {
        const c10::InferenceMode inference;
        at::from_blob(hidden, x_.sizes(), at::kFloat).copy_(x_);
    }

  private:
    // On the CPU a view of the file's mapping, elsewhere a copy.
    at::Tensor tensor(const float* values, at::IntArrayRef sizes) const {
        return at::from_blob(const_cast<float*>(values), sizes, at::kFloat).to(device_);
    }
    Linear linear(const LinearWeights& from, int64_t outer, int64_t inner) const {
        return {tensor(from.weight, {outer, inner}), tensor(from.bias, {outer})};
    }
    Norm norm(const NormWeights& from) const {
        return {tensor(from.gain, {shape_.hidden}), tensor(from.bias, {shape_.hidden}), shape_.epsilon};
    }
    at::Tensor indices(const std::vector<int64_t>& values) const {
        return at::from_blob(const_cast<int64_t*>(values.data()), {static_cast<int64_t>(values.size())},
                             at::kLong)
            .to(device_, /*non_blocking=*/false, /*copy=*/true);
    }
    // [N, H d] -> [H, N, d]
    at::Tensor heads_first(const at::Tensor& x) const {
        return x.view({x.size(0), shape_.heads, shape_.head_width()}).transpose(0, 1);
    }

    std::shared_ptr<const BertWeights> weights_;
    const BertShape shape_;
    const c10::Device device_;
    at::Tensor words_, positions_, types_, x_;  // x_ [N, D]
    Norm norm_;
    std::vector<Layer> layers_;
};

}  // namespace

std::unique_ptr<BertForward> make_plain_forward(std::shared_ptr<const BertWeights> weights,
                                                const std::string& device) {
    return std::make_unique<PlainForward>(std::move(weights), c10::Device(device));
}

}  // namespace weft::torch_part
