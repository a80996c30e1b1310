#include "analysis/torch/plain_parts.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>

namespace weft::torch_part {

at::Tensor PlainLinear::operator()(const at::Tensor& x) const {
    return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

at::Tensor PlainNorm::operator()(const at::Tensor& x) const {
    if (spec.kind == NormSpec::Kind::layer_norm)
        return at::layer_norm(x, {x.size(-1)}, gain, bias, spec.epsilon, false);
    return x * at::rsqrt((x * x).mean(-1, true) + spec.epsilon) * gain;
}

at::Tensor activate(const at::Tensor& x, Activation activation) {
    switch (activation) {
        case Activation::none:
            return x;
        case Activation::gelu_erf:
            return at::gelu(x, "none");
        case Activation::gelu_tanh:
            return at::gelu(x, "tanh");
        case Activation::quick_gelu:
            return x * at::sigmoid(x * 1.702);
        case Activation::relu:
            return at::relu(x);
        case Activation::silu:
            return at::silu(x);
        case Activation::tanh:
            return at::tanh(x);
    }
    return x;
}

at::Tensor plain_tensor(const float* values, at::IntArrayRef shape, const at::TensorOptions& options) {
    if (!values) return {};
    return at::from_blob(const_cast<float*>(values), shape, at::kFloat).to(options);
}

PlainLinear plain_linear(const LinearWeights& weights, const at::TensorOptions& options) {
    return {plain_tensor(weights.weight, {weights.outer, weights.inner}, options),
            plain_tensor(weights.bias, {weights.outer}, options)};
}

PlainNorm plain_norm(const NormWeights& weights, const NormSpec& spec, const at::TensorOptions& options) {
    return {plain_tensor(weights.gain, {weights.width}, options),
            plain_tensor(weights.bias, {weights.width}, options), spec};
}

}  // namespace weft::torch_part
