// Linear maps, norms and activations as plain ATen operators that gradients flow through. Private to
// analysis/torch; one of the few headers that include ATen.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "analysis/torch/stack_weights.h"

namespace weft::torch_part {

struct PlainLinear {
    at::Tensor weight, bias;  // bias may be undefined
    at::Tensor operator()(const at::Tensor& x) const;
    explicit operator bool() const { return weight.defined(); }
};

struct PlainNorm {
    at::Tensor gain, bias;
    NormSpec spec;
    at::Tensor operator()(const at::Tensor& x) const;
    explicit operator bool() const { return gain.defined(); }
};

at::Tensor activate(const at::Tensor& x, Activation activation);

// Weights as tensors on `device`; as float32 on the CPU they stay where they are. Undefined for null.
at::Tensor plain_tensor(const float* values, at::IntArrayRef shape, const at::TensorOptions& options);
PlainLinear plain_linear(const LinearWeights& weights, const at::TensorOptions& options);
PlainNorm plain_norm(const NormWeights& weights, const NormSpec& spec, const at::TensorOptions& options);

}  // namespace weft::torch_part
