#include "tests/parity/double_stack.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mean.h>

#include "analysis/torch/plain_stack.h"

namespace weft::test {

using namespace torch_part;

namespace {

at::Tensor tensor(const std::vector<double>& values, at::IntArrayRef shape) {
    return at::from_blob(const_cast<double*>(values.data()), shape, at::kDouble);
}

PlainStack::Taps taps(const StackCase& of, const Push& push, int64_t layer, bool is_cross) {
    const LayerChange* change = nullptr;
    for (const LayerChange& one : of.changes)
        if (one.layer == layer && one.is_cross == is_cross) change = &one;
    const auto pushed = [&push, layer, is_cross](const at::Tensor& x, Push::Place place) {
        const bool is_here = push.place == place && push.layer == layer && push.is_cross == is_cross;
        return is_here ? x + tensor(push.by, x.sizes()) : x;
    };
    PlainStack::Taps to;
    to.attention = [=](const at::Tensor& x) {
        at::Tensor gated = x.clone();
        if (change && !change->gates.empty())
            for (int64_t h = 0; h < x.size(0); ++h) gated[h].mul_(change->gates[static_cast<size_t>(h)]);
        return pushed(gated, Push::Place::attention);
    };
    to.values = [=](const at::Tensor& x) { return pushed(x, Push::Place::values); };
    to.context = [=](const at::Tensor& x) {
        at::Tensor used = x.clone();
        if (change && !change->means.empty())
            for (int64_t h = 0; h < x.size(0); ++h)
                if (change->means[static_cast<size_t>(h)]) used[h] = x[h].mean(0, true).expand_as(x[h]);
        return pushed(used, Push::Place::context);
    };
    return to;
}

}  // namespace

struct DoubleStack::Parts {
    PlainStack stack;
};

DoubleStack::DoubleStack(std::shared_ptr<const ModelWeights> weights, size_t stack)
    : parts_(new Parts{{std::move(weights), stack, c10::Device("cpu"), at::kDouble}}) {}

DoubleStack::~DoubleStack() = default;

void compute_with_one_thread() {
    at::set_num_threads(1);
}

std::vector<double> DoubleStack::output(const StackCase& of, const Push& push) const {
    const at::NoGradGuard no_grad;
    const PlainStack& stack = parts_->stack;
    const int64_t hidden = stack.spec().hidden;
    at::Tensor x = tensor(of.states, {of.rows, hidden}), source;
    if (push.place == Push::Place::states) x = x + tensor(push.by, x.sizes());
    if (of.source_rows > 0) source = tensor(of.source, {of.source_rows, hidden});
    if (push.place == Push::Place::source) source = source + tensor(push.by, source.sizes());
    if (of.first_layer == 0) x = stack.enter(x);
    for (int64_t l = of.first_layer; l < stack.spec().layers; ++l)
        x = stack.run_layer(l, x, {}, source, {}, true, taps(of, push, l, false), taps(of, push, l, true)).x;
    x = stack.final_norm(x).contiguous();
    return {x.data_ptr<double>(), x.data_ptr<double>() + x.numel()};
}

}  // namespace weft::test
