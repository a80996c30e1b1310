#include "analysis/torch/plain_stack.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>

#include "analysis/family/positions.h"
#include "analysis/torch/plain_indices.h"

namespace weft::torch_part {

namespace {

at::Tensor floats(const std::vector<float>& values, at::IntArrayRef shape, const at::TensorOptions& options) {
    return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat)
        .to(options, /*non_blocking=*/false, /*copy=*/true);
}

at::Tensor tapped(const PlainStack::Taps::Change& change, const at::Tensor& x) {
    return change ? change(x) : x;
}

}  // namespace

PlainStack::PlainStack(std::shared_ptr<const ModelWeights> weights, size_t stack, c10::Device device,
                       at::ScalarType dtype, std::optional<int64_t> only)
    : storage_(std::move(weights)),
      weights_(&storage_->stacks[stack]),
      options_(at::TensorOptions(dtype).device(device)),
      embedding_(storage_, stack, options_) {
    const StackSpec& layers = weights_->spec;
    relative_bias_ = plain_tensor(weights_->relative_bias,
                                  {layers.attention.relative_bias.buckets, layers.attention.heads}, options_);
    if (weights_->entry_norm.gain) entry_norm_ = plain_norm(weights_->entry_norm, layers.norm, options_);
    if (weights_->final_norm.gain) final_norm_ = plain_norm(weights_->final_norm, layers.norm, options_);
    for (int64_t l = 0; l < layers.layers; ++l) {
        if (layers.shares_layers && !layers_.empty()) {
            layers_.push_back(layers_.front());
            continue;
        }
        if (only && l != *only && !layers.shares_layers) {
            layers_.emplace_back();
            continue;
        }
        const LayerWeights layer = weights_->load_layer(l);
        if (device.is_cpu()) layers_storage_.push_back(layer.storage);
        parameters_ += layer.parameters;
        Layer to;
        to.attention = plain_attention(layer.attention);
        if (layers.has_cross_attention) to.cross = plain_attention(layer.cross);
        const MlpWeights& mlp = layer.mlp;
        to.mlp.up = plain_linear(mlp.up, options_);
        if (mlp.gate.weight) to.mlp.gate = plain_linear(mlp.gate, options_);
        to.mlp.down = plain_linear(mlp.down, options_);
        to.mlp.norm = plain_norm(mlp.norm, layers.norm, options_);
        if (mlp.norm_behind.gain) to.mlp.norm_behind = plain_norm(mlp.norm_behind, layers.norm, options_);
        to.mlp.layer_scale = plain_tensor(mlp.layer_scale, {layers.hidden}, options_);
        layers_.push_back(std::move(to));
    }
}

PlainStack::Attention PlainStack::plain_attention(const AttentionWeights& from) const {
    const NormSpec& norm = weights_->spec.norm;
    Attention to;
    to.query = plain_linear(from.query, options_);
    to.key = plain_linear(from.key, options_);
    to.value = plain_linear(from.value, options_);
    to.output = plain_linear(from.output, options_);
    if (from.query_norm.gain) to.query_norm = plain_norm(from.query_norm, norm, options_);
    if (from.key_norm.gain) to.key_norm = plain_norm(from.key_norm, norm, options_);
    to.norm = plain_norm(from.norm, norm, options_);
    if (from.norm_behind.gain) to.norm_behind = plain_norm(from.norm_behind, norm, options_);
    to.layer_scale = plain_tensor(from.layer_scale, {weights_->spec.hidden}, options_);
    return to;
}

at::Tensor PlainStack::embed(std::span<const int32_t> ids, std::span<const uint8_t> segments,
                             int64_t first) const {
    return enter(embedding_.states(embedding_.words(ids, first), ids, segments, first));
}

at::Tensor PlainStack::enter(const at::Tensor& x) const {
    return entry_norm_ ? entry_norm_(x) : x;
}

at::Tensor PlainStack::final_norm(const at::Tensor& x) const {
    return final_norm_ ? final_norm_(x) : x;
}

// [R, heads width] -> [heads, R, width]
at::Tensor PlainStack::heads_first(const at::Tensor& x, int64_t heads) const {
    return x.view({x.size(0), heads, weights_->spec.attention.head_width}).transpose(0, 1);
}

PlainStack::KeysValues PlainStack::project(const Attention& part, const at::Tensor& x) const {
    const int64_t heads = weights_->spec.attention.key_value_heads;
    at::Tensor keys = heads_first(part.key(x), heads);
    if (part.key_norm) keys = part.key_norm(keys);
    return {keys, heads_first(part.value(x), heads)};
}

// Dimension k of the first half turns with dimension k of the second.
at::Tensor PlainStack::rotated(const at::Tensor& x, int64_t first, int64_t length) const {
    const RotarySpec& rotary = weights_->spec.attention.rotary;
    if (rotary.width == 0) return x;
    const RotaryTable table = rotary_table(rotary, first, x.size(1), length);
    const at::Tensor cos = floats(table.cos, {x.size(1), table.half}, options_);
    const at::Tensor sin = floats(table.sin, {x.size(1), table.half}, options_);
    const at::Tensor a = x.slice(2, 0, table.half), b = x.slice(2, table.half, rotary.width);
    std::vector<at::Tensor> parts = {a * cos - b * sin, b * cos + a * sin};
    if (rotary.width < x.size(2)) parts.push_back(x.slice(2, rotary.width));
    return at::cat(parts, 2);
}

// What is added to the scores of rows [keys - rows, keys): mask and relative positions; undefined: nothing.
at::Tensor PlainStack::self_bias(int64_t layer, int64_t rows, int64_t keys) const {
    const StackSpec& spec = weights_->spec;
    const RelativeBiasSpec& relative = spec.attention.relative_bias;
    const int64_t first = keys - rows;
    at::Tensor bias;
    if (relative.buckets > 0) {
        std::vector<int64_t> buckets;
        buckets.reserve(static_cast<size_t>(rows * keys));
        for (int64_t i = first; i < keys; ++i)
            for (int64_t j = 0; j < keys; ++j) buckets.push_back(relative_bucket(relative, j - i));
        bias = at::embedding(relative_bias_, indices(std::span<const int64_t>(buckets), device()))
                   .view({rows, keys, spec.attention.heads})
                   .permute({2, 0, 1});
    }
    if (!spec.is_causal) return bias;
    const int64_t window = spec.windows.empty() ? 0 : spec.windows[static_cast<size_t>(layer)];
    std::vector<float> mask(static_cast<size_t>(rows * keys), 0.0f);
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < keys; ++j)
            if (j > first + i || (window > 0 && j <= first + i - window))
                mask[static_cast<size_t>(i * keys + j)] = -std::numeric_limits<float>::infinity();
    const at::Tensor causal = floats(mask, {rows, keys}, options_);
    return bias.defined() ? bias + causal : causal;
}

// [R, D] of query [H, R, width].
at::Tensor PlainStack::attend(const Attention& part, const at::Tensor& query, const KeysValues& of,
                              const at::Tensor& bias, double scale, const Taps& taps, at::Tensor& attention,
                              bool advance) const {
    const AttentionSpec& spec = weights_->spec.attention;
    const int64_t group = spec.heads / spec.key_value_heads;
    const auto per_query_head = [&](const at::Tensor& x) {
        return group == 1 ? x : x.repeat_interleave(group, 0);
    };
    const at::Tensor keys = per_query_head(of.keys);
    at::Tensor scores = at::matmul(query, keys.transpose(1, 2)) * scale;
    if (spec.softcap > 0) scores = at::tanh(scores / spec.softcap) * spec.softcap;
    if (bias.defined()) scores = scores + bias;
    if (taps.scores) taps.scores(query, keys, scores);
    attention = at::softmax(scores, -1);
    if (!advance) return {};
    const at::Tensor values = tapped(taps.values, per_query_head(of.values));
    const at::Tensor context = tapped(taps.context, at::matmul(tapped(taps.attention, attention), values));
    return part.output(context.transpose(0, 1).reshape({query.size(1), spec.query_size()}));
}

at::Tensor PlainStack::contribution(int64_t layer, bool is_cross, const at::Tensor& weights,
                                    const at::Tensor& values) const {
    constexpr int64_t together = 64;  // keys, so that the parts of all heads stay small
    const Layer& part = layers_[static_cast<size_t>(layer)];
    const AttentionSpec& spec = weights_->spec.attention;
    // [H, d, D]
    const at::Tensor output = (is_cross ? part.cross : part.attention)
                                  .output.weight.t()
                                  .reshape({spec.heads, spec.head_width, weights_->spec.hidden});
    const at::Tensor per_head = values.repeat_interleave(spec.heads / spec.key_value_heads, 0);
    std::vector<at::Tensor> norms;
    for (int64_t first = 0; first < weights.size(2); first += together) {
        const int64_t end = std::min(first + together, weights.size(2));
        // In float64: near 0 the square's error would be the norm's by its root.
        const at::Tensor parts =
            at::matmul(per_head.slice(1, first, end), output).to(at::kDouble).transpose(0, 1);  // [K, H, D]
        const at::Tensor products = at::matmul(parts, parts.transpose(1, 2));                   // [K, H, H]
        const at::Tensor of = weights.slice(2, first, end).to(at::kDouble).permute({2, 1, 0});  // [K, Q, H]
        const at::Tensor squares = (at::matmul(of, products) * of).sum(-1);
        norms.push_back(squares.clamp_min(0).sqrt().to(at::kFloat).t());
    }
    return at::cat(norms, 1);
}

at::Tensor PlainStack::mlp(const Mlp& part, const at::Tensor& x) const {
    const Activation activation = weights_->spec.activation;
    if (part.gate) return part.down(activate(part.gate(x), activation) * part.up(x));
    return part.down(activate(part.up(x), activation));
}

at::Tensor PlainStack::joined(const at::Tensor& x, const at::Tensor& change, const PlainNorm& norm,
                              const PlainNorm& norm_behind, const at::Tensor& layer_scale,
                              NormPlacement placement) {
    if (placement == NormPlacement::after) return norm(x + change);
    at::Tensor added = placement == NormPlacement::around ? norm_behind(change) : change;
    if (layer_scale.defined()) added = added * layer_scale;
    return x + added;
}

PlainStack::LayerResult PlainStack::run_layer(int64_t layer, const at::Tensor& x, const KeysValues& before,
                                              const at::Tensor& source, const KeysValues& source_cache,
                                              bool advance, const Taps& self_taps,
                                              const Taps& cross_taps) const {
    const StackSpec& spec = weights_->spec;
    const Layer& part = layers_[static_cast<size_t>(layer)];
    const NormPlacement placement = spec.placement;
    const bool norms_first = placement != NormPlacement::after;
    LayerResult result;

    const at::Tensor input = norms_first ? part.attention.norm(x) : x;
    at::Tensor query = heads_first(part.attention.query(input), spec.attention.heads);
    if (part.attention.query_norm) query = part.attention.query_norm(query);
    result.self = project(part.attention, input);
    const int64_t rows = x.size(0), first = before.keys.defined() ? before.keys.size(1) : 0;
    query = rotated(query, first, first + rows);
    result.self.keys = rotated(result.self.keys, first, first + rows);
    if (before.keys.defined())
        result.self = {at::cat({before.keys, result.self.keys}, 1),
                       at::cat({before.values, result.self.values}, 1)};
    const double scale = spec.attention.scale *
                         (spec.layer_scales.empty() ? 1.0 : spec.layer_scales[static_cast<size_t>(layer)]);
    const bool goes_on = advance || spec.has_cross_attention;
    const at::Tensor change = attend(part.attention, query, result.self, self_bias(layer, rows, first + rows),
                                     scale, self_taps, result.attention, goes_on);
    if (!goes_on) return result;
    if (spec.is_parallel) {
        result.x = x + change + mlp(part.mlp, part.mlp.norm(x));
        return result;
    }
    at::Tensor y = joined(x, change, part.attention.norm, part.attention.norm_behind,
                          part.attention.layer_scale, placement);
    if (spec.has_cross_attention) {
        result.source = source_cache.keys.defined() ? source_cache : project(part.cross, source);
        const at::Tensor asked =
            heads_first(part.cross.query(norms_first ? part.cross.norm(y) : y), spec.attention.heads);
        const at::Tensor read = attend(part.cross, asked, result.source, {}, spec.attention.scale, cross_taps,
                                       result.cross, advance);
        if (!advance) return result;
        y = joined(y, read, part.cross.norm, part.cross.norm_behind, part.cross.layer_scale, placement);
    }
    result.x = joined(y, mlp(part.mlp, norms_first ? part.mlp.norm(y) : y), part.mlp.norm,
                      part.mlp.norm_behind, part.mlp.layer_scale, placement);
    return result;
}

}  // namespace weft::torch_part
