// The way back of KernelPass, from the output to what entered: part by part in the reverse order of
// kernel_pass.cpp.
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/error.h"
#include "analysis/torch/kernel_pass.h"

namespace weft::torch_part {

bool KernelPass::backward(const Back& back, const std::function<bool()>& stop) {
    WEFT_ASSERT(keeps_ && is_done_, "backward() without a forward() that kept");
    is_done_ = false;
    if (!is_split_) static_cast<void>(packed_->transposed());  // throws before anything has begun
    const int64_t count = all_rows_ * spec_.hidden;
    std::copy_n(back.output_gradient, count, gradient_);
    source_gradient_ = back.source_gradient;
    if (source_gradient_) std::fill_n(source_gradient_, copies_ * source_rows_ * spec_.hidden, 0.0f);
    if (packed_->final_norm.is_there)
        normalise_back(state_, gradient_, gradient_, false, packed_->final_norm);
    for (int64_t l = spec_.layers - 1; l >= first_layer_; --l) {
        layer_back(l, back);
        if (stop && stop()) return false;
    }
    if (!back.state_gradient) return true;
    if (first_layer_ == 0 && packed_->entry_norm.is_there)
        normalise_back(entry_, gradient_, gradient_, false, packed_->entry_norm);
    std::copy_n(gradient_, count, back.state_gradient);
    return true;
}

void KernelPass::layer_back(int64_t layer, const Back& back) {
    const PackedLayer& packed = packed_->layer(layer);
    const KeptLayer& from = kept(layer);
    if (spec_.is_parallel) {
        mlp_back(layer, gradient_, normed_, false);
        self_back(layer, back, gradient_, change_, false);
        normalise_back(from.self.state, normed_, gradient_, true, packed.mlp.norm);
        normalise_back(from.self.state, change_, gradient_, true, packed.attention.norm);
        return;
    }
    const auto scale = [](const auto& part) {
        return part.has_layer_scale ? part.layer_scale.get() : nullptr;
    };
    const auto back_through = [&](const auto& kept_part, const auto& part, const auto& run) {
        part_back(kept_part.state, kept_part.change, part.norm, part.norm_behind, scale(part), run);
    };
    back_through(from.mlp, packed.mlp,
                 [&](const float* gradient, float* to, bool adds) { mlp_back(layer, gradient, to, adds); });
    if (spec_.has_cross_attention)
        back_through(from.cross, packed.cross, [&](const float* gradient, float* to, bool adds) {
            cross_back(layer, back, gradient, to, adds);
        });
    back_through(from.self, packed.attention, [&](const float* gradient, float* to, bool adds) {
        self_back(layer, back, gradient, to, adds);
    });
}

// gradient_ <- by the part's input, of what it was by its output. part(gradient of the change, to, adds) goes
// back through what lies between.
template <typename Part>
void KernelPass::part_back(const float* state, const float* change, const OwnNorm& norm,
                           const OwnNorm& norm_behind, const float* layer_scale, const Part& part) {
    float* gradient = gradient_;
    if (spec_.placement == NormPlacement::after) {
        normalise_back(state, gradient, gradient, false, norm);
        part(gradient, gradient, true);
        return;
    }
    const float* of_change = gradient;
    if (layer_scale) {
        share(all_rows_, [&](int64_t i, int64_t) {
            float* to = change_ + i * spec_.hidden;
            std::copy_n(gradient + i * spec_.hidden, spec_.hidden, to);
            kernels_.multiply(to, layer_scale, spec_.hidden);
        });
        of_change = change_;
    }
    if (spec_.placement == NormPlacement::around) {
        normalise_back(change, of_change, change_, false, norm_behind);
        of_change = change_;
    }
    part(of_change, normed_, false);
    normalise_back(state, normed_, gradient, true, norm);
}

void KernelPass::mlp_back(int64_t layer, const float* from, float* to, bool adds) {
    const PackedMlp& packed = packed_->layer(layer).mlp;
    const KeptMlp& mlp = kept(layer).mlp;
    const int64_t hidden = spec_.hidden, inner = spec_.intermediate, stride = inner_stride(spec_);
    LinearEnds last;
    last.adds = adds;
    if (!spec_.is_gated) {
        LinearEnds ends;
        ends.factor = mlp.slope;
        linear_back(layer, packed.down, &TransposedLayer::down, from, hidden, inner_, stride, all_rows_, ends,
                    true);
        linear_back(layer, packed.up, &TransposedLayer::up, inner_, stride, to, hidden, all_rows_, last);
        return;
    }
    const int64_t both = 2 * inner + row_padding;
    float* up = projected_;  // [up, gate]
    linear_back(layer, packed.down, &TransposedLayer::down, from, hidden, up, both, all_rows_, {});
    share(all_rows_, [&](int64_t i, int64_t) {
        float* row = up + i * both;
        std::copy_n(row, inner, row + inner);
        kernels_.multiply(row, mlp.gate + i * stride, inner);
        kernels_.multiply(row + inner, mlp.slope + i * stride, inner);
    });
    // The transposed one is of both.
    linear_back(layer, packed.up, &TransposedLayer::up, up, both, to, hidden, all_rows_, last);
    last.adds = true;
    if (is_split_)
        linear_back(layer, packed.gate, &TransposedLayer::up, up + inner, both, to, hidden, all_rows_, last);
}

void KernelPass::linear_back(int64_t layer, const PackedLinear& weights,
                             PackedLinear TransposedLayer::*transposed, const float* x, int64_t x_stride,
                             float* y, int64_t y_stride, int64_t rows, const LinearEnds& ends,
                             bool feeds) const {
    if (is_split_)
        split_.run(*pool_, kernels_, weights, true, {x, x_stride, y, y_stride, rows}, ends, feeds);
    else
        linear(packed_->transposed()[packed_->index(layer)].*transposed, x, x_stride, y, y_stride, rows,
               ends);
}

void KernelPass::self_back(int64_t layer, const Back& back, const float* from, float* to, bool adds) {
    const PackedAttention& part = packed_->layer(layer).attention;
    const AttentionSpec& spec = spec_.attention;
    linear_back(layer, part.output, &TransposedLayer::output, from, spec_.hidden, context_,
                query_stride(spec_), all_rows_, {});
    const int64_t stride = projected_stride(spec_);
    OperandGradients gradients;
    gradients.query = projected_;
    gradients.key = gradients.query + spec.query_size();
    gradients.value = gradients.key + spec.key_value_size();
    gradients.query_stride = gradients.key_stride = stride;
    heads_back(layer, back, self_operands(layer), gradients);
    rotate(gradients.query, stride, true);
    if (part.query_norm.is_there) {
        const float* raw = kept(layer).self.raw;
        normalise_heads_back(raw, gradients.query, spec.heads, part.query_norm);
        normalise_heads_back(raw + spec.query_size(), gradients.key, spec.key_value_heads, part.key_norm);
    }
    LinearEnds ends;
    ends.adds = adds;
    linear_back(layer, part.query_key_value, &TransposedLayer::query_key_value, gradients.query, stride, to,
                spec_.hidden, all_rows_, ends);
}

void KernelPass::cross_back(int64_t layer, const Back& back, const float* from, float* to, bool adds) {
    const PackedAttention& part = packed_->layer(layer).cross;
    const AttentionSpec& spec = spec_.attention;
    linear_back(layer, part.output, &TransposedLayer::cross_output, from, spec_.hidden, context_,
                query_stride(spec_), all_rows_, {});
    const int64_t source_rows = copies_ * source_rows_;
    OperandGradients gradients;
    gradients.query_stride = query_stride(spec_);
    gradients.key_stride = key_value_stride(spec_);
    gradients.query = projected_;
    gradients.key = key_value_.reserve(source_rows * gradients.key_stride);
    gradients.value = gradients.key + spec.key_value_size();
    heads_back(layer, back, cross_operands(layer), gradients);
    LinearEnds ends;
    ends.adds = adds;
    linear_back(layer, part.query, &TransposedLayer::cross_query, gradients.query, gradients.query_stride, to,
                spec_.hidden, all_rows_, ends);
    if (!source_gradient_) return;
    ends.adds = true;
    linear_back(layer, part.key_value, &TransposedLayer::cross_key_value, gradients.key, gradients.key_stride,
                source_gradient_, spec_.hidden, source_rows, ends);
}

// Of context_, which is dy/dcontext, to the gradients of queries, keys and values.
void KernelPass::heads_back(int64_t layer, const Back& back, const Operands& operands,
                            const OperandGradients& to) {
    const AttentionSpec& spec = spec_.attention;
    const int64_t keys = operands.keys, heads = spec.heads, width = spec.head_width;
    reserve_heads(keys);
    OperandGradients by_head = to;
    if (group() > 1) {
        const int64_t count = copies_ * heads * keys * width;
        by_head.key = per_head_.reserve(2 * count);  // [copies, H, K, width]
        by_head.value = by_head.key + count;
        by_head.key_stride = width;
    }
    if (!back.visit) {
        share(copies_ * heads, [&](int64_t task, int64_t thread) {
            const HeadTask for_task = operands.kept ? HeadTask::back_with_weights : HeadTask::back;
            head_back(operands, by_head, begin_head(operands, task, thread, for_task), {});
        });
    } else {
        const int64_t square = heads * rows_ * keys;
        Shown shown;
        shown.attention = shown_.reserve(2 * square + rows_ * spec.query_size());
        shown.attention_gradient = shown.attention + square;
        shown.context = shown.attention_gradient + square;
        for (int64_t copy = 0; copy < copies_; ++copy) {
            share(heads, [&](int64_t head, int64_t thread) {
                head_back(operands, by_head,
                          begin_head(operands, copy * heads + head, thread, HeadTask::back), shown);
            });
            show(layer, copy, operands, by_head, shown, back);
        }
    }
    if (group() == 1) return;
    share(copies_ * keys, [&](int64_t row, int64_t) {
        const int64_t copy = row / keys, key = row % keys;
        for (int64_t h = 0; h < spec.key_value_heads; ++h)
            for (int64_t d = 0; d < width; ++d) {
                float of_key = 0, of_value = 0;
                for (int64_t g = 0; g < group(); ++g) {
                    const int64_t at = ((copy * heads + h * group() + g) * keys + key) * width + d;
                    of_key += by_head.key[at];
                    of_value += by_head.value[at];
                }
                to.key[row * to.key_stride + h * width + d] = of_key;
                to.value[row * to.key_stride + h * width + d] = of_value;
            }
    });
}

void KernelPass::show(int64_t layer, int64_t copy, const Operands& operands, const OperandGradients& to,
                      const Shown& shown, const Back& back) {
    const AttentionSpec& spec = spec_.attention;
    const int64_t keys = operands.keys, heads = spec.heads, width = spec.head_width;
    LayerGradient of;
    of.layer = layer;
    of.copy = copy;
    of.is_cross = operands.is_cross;
    of.heads = heads;
    of.queries = rows_;
    of.keys = keys;
    of.head_width = width;
    of.attention = shown.attention;
    of.attention_gradient = shown.attention_gradient;
    of.context = {shown.context, width, spec.query_size()};
    of.context_gradient = {context_ + copy * rows_ * query_stride(spec_), width, query_stride(spec_)};
    const float* values = operands.value + operands.key_row(copy) * operands.key_stride;
    if (group() == 1) {
        of.values = {values, width, operands.key_stride};
        of.value_gradient = {to.value + copy * keys * to.key_stride, width, to.key_stride};
    } else {
        float* repeated = shown_values_.reserve(heads * keys * width);
        of.values = {repeated, keys * width, width};
        for (int64_t h = 0; h < heads; ++h)
            for (int64_t j = 0; j < keys; ++j, repeated += width)
                std::copy_n(values + j * operands.key_stride + h / group() * width, width, repeated);
        of.value_gradient = {to.value + copy * heads * keys * width, keys * width, width};
    }
    back.visit(of);
}

void KernelPass::normalise_back(const float* x, const float* gradient, float* to, bool adds,
                                const OwnNorm& norm) const {
    const int64_t width = spec_.hidden;
    uint16_t* const split = is_split_ ? split_.announce(to, all_rows_, width) : nullptr;
    const int64_t together = split ? split_rows_together : 16;
    share((all_rows_ + together - 1) / together, [&](int64_t task, int64_t) {
        const int64_t at = task * together * width;
        kernels_.normalise_back({x + at, gradient + at, to + at, adds,
                                 std::min(together, all_rows_ - task * together), width, norm.gain.get(),
                                 norm.epsilon, norm.is_rms});
        if (split)
            kernels_.split_rows(to + at, width, std::min(together, all_rows_ - task * together), width, width,
                                split + task * split_block(width));
    });
}

void KernelPass::normalise_heads_back(const float* raw, float* gradient, int64_t heads,
                                      const OwnNorm& norm) const {
    const int64_t stride = projected_stride(spec_);
    share(all_rows_, [&](int64_t i, int64_t) {
        kernels_.normalise_back({raw + i * stride, gradient + i * stride, gradient + i * stride, false, heads,
                                 norm.width, norm.gain.get(), norm.epsilon, norm.is_rms});
    });
}

void KernelPass::copy_attention(int64_t layer, int64_t copy, bool is_cross, float* attention) const {
    WEFT_ASSERT(keeps_ && is_done_ && layer >= first_layer_ && layer < spec_.layers, std::to_string(layer));
    const Operands operands = is_cross ? cross_operands(layer) : self_operands(layer);
    const int64_t heads = spec_.attention.heads;
    reserve_heads(operands.keys);
    share(heads, [&](int64_t head, int64_t thread) {
        const Head of = begin_head(operands, copy * heads + head, thread, HeadTask::there);
        float* to = attention + head * rows_ * operands.keys;
        if (!std::isfinite(weigh(operands, of, 0, rows_, to, nullptr, 0)))
            std::fill_n(to, rows_ * operands.keys, std::numeric_limits<float>::quiet_NaN());
    });
}

}  // namespace weft::torch_part
