// A pass that goes back by autograd, one layer's graph at a time: forward keeps what enters each layer, and
// backward computes each layer once more from that.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "analysis/error.h"
#include "analysis/torch/plain_stack.h"
#include "analysis/torch/stack_pass.h"

namespace weft::torch_part {

namespace {

// What is done to one attention of one copy, and what backward wants to see of it.
struct Watched {
    at::Tensor gates, means;                                     // [H, 1, 1]; undefined: none
    at::Tensor attention, used_attention, values, used_context;  // nodes of the layer's graph

    PlainStack::Taps taps() {
        return {[this](const at::Tensor& x) {
                    attention = x;
                    return used_attention = gates.defined() ? x * gates : x;
                },
                [this](const at::Tensor& x) { return values = x; },
                [this](const at::Tensor& x) {
                    return used_context = means.defined() ? at::where(means, x.mean(1, true), x) : x;
                },
                {}};
    }

    // A V: gates and means are not in it.
    at::Tensor context() const {
        return gates.defined() || means.defined() ? at::matmul(attention, values) : used_context;
    }
};

class PlainPass final : public StackPass {
  public:
    PlainPass(std::shared_ptr<const ModelWeights> weights, size_t stack, c10::Device device)
        : stack_(std::move(weights), stack, device) {}

    const StackSpec& spec() const override { return stack_.spec(); }

    void set_source(const float* states, int64_t copies, int64_t rows) override {
        const c10::InferenceMode off(false);
        source_ = on_device(states, copies, rows);
    }

    bool forward(const PassInput& input, const std::function<bool()>& stop) override {
        const c10::InferenceMode off(false);
        const at::NoGradGuard no_grad;
        check(input);
        copies_ = input.copies;
        rows_ = input.rows;
        first_layer_ = input.first_layer;
        changes_.assign(input.changes.begin(), input.changes.end());
        inputs_.clear();
        keeps_ = false;
        states_ = on_device(input.states, copies_, rows_);
        x_ = states_;
        if (first_layer_ == 0) x_ = stack_.enter(x_);
        for (int64_t l = first_layer_; l < spec().layers; ++l) {
            if (input.keeps) inputs_.push_back(x_);
            if (input.layer_states) copy(x_, input.layer_states + l * x_.numel());
            std::vector<at::Tensor> next;
            for (int64_t copy = 0; copy < copies_; ++copy) {
                Watched self = watched(l, copy, false), cross = watched(l, copy, true);
                next.push_back(run_layer(l, x_[copy], source_of(copy), self, cross));
                if (input.picture) show(self.attention, l, *input.picture);
            }
            x_ = at::stack(next);
            if (stop && stop()) return false;
        }
        if (input.layer_states) copy(x_, input.layer_states + spec().layers * x_.numel());
        keeps_ = input.keeps;
        return true;
    }

    void copy_output(float* output) const override {
        const c10::InferenceMode off(false);
        const at::NoGradGuard no_grad;
        copy(stack_.final_norm(x_), output);
    }

    void copy_attention(int64_t layer, int64_t copy, bool is_cross, float* attention) const override {
        const c10::InferenceMode off(false);
        const at::NoGradGuard no_grad;
        WEFT_ASSERT(layer >= first_layer_ && layer < kept_end(), std::to_string(layer));
        Watched self = watched(layer, copy, false), cross = watched(layer, copy, true);
        run_layer(layer, input_of(layer, copy), source_of(copy), self, cross);
        PlainPass::copy((is_cross ? cross : self).attention, attention);
    }

    bool backward(const Back& back, const std::function<bool()>& stop) override {
        const c10::InferenceMode off(false);
        const at::AutoGradMode with_grad(true);
        WEFT_ASSERT(keeps_, "backward() without a forward() that kept");
        keeps_ = false;
        const int64_t state = rows_ * spec().hidden;
        std::vector<at::Tensor> gradients, of_source;
        const at::Tensor output_gradient = on_device(back.output_gradient, copies_, rows_);
        for (int64_t copy = 0; copy < copies_; ++copy) {
            of_source.push_back(source_.defined() ? at::zeros_like(source_[0]) : at::Tensor());
            gradients.push_back(through([&](const at::Tensor& x) { return stack_.final_norm(x); }, x_[copy],
                                        output_gradient[copy]));
        }
        for (int64_t l = spec().layers - 1; l >= first_layer_; --l) {
            for (size_t copy = 0; copy < gradients.size(); ++copy)
                gradients[copy] =
                    back_through_layer(l, static_cast<int64_t>(copy), gradients[copy], back, of_source[copy]);
            inputs_.pop_back();
            if (stop && stop()) return false;
        }
        for (int64_t copy = 0; copy < copies_; ++copy) {
            const size_t c = static_cast<size_t>(copy);
            if (back.state_gradient) {
                if (first_layer_ == 0)
                    gradients[c] = through([&](const at::Tensor& x) { return stack_.enter(x); },
                                           states_[copy], gradients[c]);
                PlainPass::copy(gradients[c], back.state_gradient + copy * state);
            }
            if (back.source_gradient)
                PlainPass::copy(of_source[c], back.source_gradient + copy * of_source[c].numel());
        }
        return true;
    }

  private:
    void check(const PassInput& input) const {
        WEFT_ASSERT(input.copies > 0 && input.rows > 0,
                    std::to_string(input.copies) + " copies of " + std::to_string(input.rows) + " rows");
        WEFT_ASSERT(!input.picture || input.copies == 1,
                    std::to_string(input.copies) + " copies of a picture");
        WEFT_ASSERT(input.first_layer >= 0 && input.first_layer <= spec().layers,
                    std::to_string(input.first_layer));
        WEFT_ASSERT(!spec().has_cross_attention || source_.defined(), "no source");
        WEFT_ASSERT(!source_.defined() || source_.size(0) == 1 || source_.size(0) == input.copies,
                    std::to_string(source_.size(0)) + " sources");
        for (const LayerChange& change : input.changes) {
            const size_t numbers = static_cast<size_t>(input.copies * spec().attention.heads);
            WEFT_ASSERT(change.gates.empty() || change.gates.size() == numbers,
                        std::to_string(change.gates.size()));
            WEFT_ASSERT(change.means.empty() || change.means.size() == numbers,
                        std::to_string(change.means.size()));
        }
    }

    at::Tensor on_device(const float* values, int64_t copies, int64_t rows) const {
        return at::from_blob(const_cast<float*>(values), {copies, rows, spec().hidden}, at::kFloat)
            .to(stack_.device(), /*non_blocking=*/false, /*copy=*/true);
    }

    static void show(const at::Tensor& attention, int64_t layer, PictureTarget& to) {
        copy(attention, to.attention[static_cast<size_t>(layer)]);
        to.row_errors[static_cast<size_t>(layer)] =
            at::max(at::abs(at::sum(attention, -1) - 1)).item<double>();
    }

    static void copy(const at::Tensor& from, float* to) {
        const at::NoGradGuard no_grad;
        at::from_blob(to, from.sizes(), at::kFloat).copy_(from);
    }

    at::Tensor source_of(int64_t copy) const {
        return source_.defined() ? source_[source_.size(0) == 1 ? 0 : copy] : at::Tensor();
    }
    int64_t kept_end() const { return first_layer_ + static_cast<int64_t>(inputs_.size()); }
    at::Tensor input_of(int64_t layer, int64_t copy) const {
        return inputs_[static_cast<size_t>(layer - first_layer_)][copy];
    }

    Watched watched(int64_t layer, int64_t copy, bool is_cross) const {
        Watched to;
        const int64_t heads = spec().attention.heads;
        const auto of_heads = [&](const auto& values, at::ScalarType type) {
            auto* first = const_cast<void*>(static_cast<const void*>(values.data() + copy * heads));
            return at::from_blob(first, {heads, 1, 1}, type).to(stack_.device(), false, /*copy=*/true);
        };
        for (const LayerChange& change : changes_) {
            if (change.layer != layer || change.is_cross != is_cross) continue;
            if (!change.gates.empty()) to.gates = of_heads(change.gates, at::kFloat);
            if (!change.means.empty()) to.means = of_heads(change.means, at::kByte).to(at::kBool);
        }
        return to;
    }

    at::Tensor run_layer(int64_t layer, const at::Tensor& x, const at::Tensor& source, Watched& self,
                         Watched& cross) const {
        return stack_.run_layer(layer, x, {}, source, {}, true, self.taps(), cross.taps()).x;
    }

    template <typename Function>
    static at::Tensor through(const Function& function, const at::Tensor& x, const at::Tensor& gradient) {
        const at::Tensor from = x.detach().requires_grad_(true), to = function(from);
        return to.is_same(from) ? gradient : torch::autograd::grad({to}, {from}, {gradient})[0];
    }

    // dy/dx of what entered the layer; adds to dy/dsource.
    at::Tensor back_through_layer(int64_t layer, int64_t copy, const at::Tensor& gradient, const Back& back,
                                  at::Tensor& of_source) const {
        const bool has_cross = spec().has_cross_attention;
        const at::Tensor x = input_of(layer, copy).detach().requires_grad_(true);
        at::Tensor source;
        if (has_cross) source = source_of(copy).detach().requires_grad_(true);
        Watched self = watched(layer, copy, false), cross = watched(layer, copy, true);
        const at::Tensor out = run_layer(layer, x, source, self, cross);
        std::vector<at::Tensor> by = {x};
        if (has_cross) by.push_back(source);
        const size_t watched_from = by.size();
        if (back.visit)
            for (const Watched* part : {&cross, &self})
                if (part == &self || has_cross)
                    by.insert(by.end(), {part->used_attention, part->used_context, part->values});
        const std::vector<at::Tensor> found = torch::autograd::grad({out}, by, {gradient});
        if (has_cross) of_source = of_source + found[1];
        if (!back.visit) return found[0];
        const at::NoGradGuard no_grad;
        size_t at = watched_from;
        for (const Watched* part : {&cross, &self}) {
            if (part == &cross && !has_cross) continue;
            show(*part, layer, copy, part == &cross, {&found[at], 3}, back.visit);
            at += 3;
        }
        return found[0];
    }

    static void show(const Watched& part, int64_t layer, int64_t copy, bool is_cross,
                     std::span<const at::Tensor> gradients,
                     const std::function<void(const LayerGradient&)>& visit) {
        const auto on_host = [](const at::Tensor& x) { return x.detach().cpu().contiguous(); };
        const at::Tensor attention = on_host(part.attention), attention_gradient = on_host(gradients[0]);
        const at::Tensor context = on_host(part.context()), context_gradient = on_host(gradients[1]);
        const at::Tensor values = on_host(part.values), value_gradient = on_host(gradients[2]);
        const auto rows = [](const at::Tensor& x) {
            return HeadRows{x.data_ptr<float>(), x.stride(0), x.stride(1)};
        };
        LayerGradient shown;
        shown.layer = layer;
        shown.copy = copy;
        shown.is_cross = is_cross;
        shown.heads = attention.size(0);
        shown.queries = attention.size(1);
        shown.keys = attention.size(2);
        shown.head_width = values.size(2);
        shown.attention = attention.data_ptr<float>();
        shown.attention_gradient = attention_gradient.data_ptr<float>();
        shown.context = rows(context);
        shown.context_gradient = rows(context_gradient);
        shown.values = rows(values);
        shown.value_gradient = rows(value_gradient);
        visit(shown);
    }

    const PlainStack stack_;
    at::Tensor source_;  // [copies or 1, S, D]

    // Of the pass under way.
    int64_t copies_ = 0, rows_ = 0, first_layer_ = 0;
    bool keeps_ = false;
    std::vector<LayerChange> changes_;
    at::Tensor states_, x_;           // [copies, R, D] as they came, and as they are now
    std::vector<at::Tensor> inputs_;  // from first_layer_ on, likewise
};

}  // namespace

std::unique_ptr<StackPass> make_plain_pass(std::shared_ptr<const ModelWeights> weights, size_t stack,
                                           const std::string& device) {
    const c10::InferenceMode off(false);
    return std::make_unique<PlainPass>(std::move(weights), stack, c10::Device(device));
}

}  // namespace weft::torch_part
