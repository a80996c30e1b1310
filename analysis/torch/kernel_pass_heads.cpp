// The attention of KernelPass: one task computes one head of one copy, in memory of its thread.
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/torch/finite.h"
#include "analysis/torch/kernel_pass.h"

namespace weft::torch_part {

namespace {

int64_t whole_panels(int64_t count) {
    return (count + panel_width - 1) / panel_width * panel_width;
}

}  // namespace

// Rows whose weights, there and back, stay in a core's second-level cache.
int64_t KernelPass::block_rows(int64_t keys) const {
    constexpr int64_t cached_floats = int64_t{1} << 16;
    return std::min(std::max(cached_floats / keys, scratch_rows), rows_);
}

int64_t KernelPass::head_floats(int64_t keys) const {
    const int64_t padded = whole_panels(keys), width = spec_.attention.head_width;
    return 3 * padded * width + 2 * whole_panels(block_rows(keys) * keys) + 2 * scratch_rows * padded + width;
}

KernelPass::Head KernelPass::begin_head(const Operands& operands, int64_t task, int64_t thread,
                                        HeadTask for_task) const {
    const int64_t heads = spec_.attention.heads, width = spec_.attention.head_width, keys = operands.keys;
    const int64_t padded = whole_panels(keys), block = whole_panels(block_rows(keys) * keys);
    Head to;
    to.copy = task / heads;
    to.head = task % heads;
    float* memory = heads_.get() + thread * head_floats(keys);
    const auto take = [&memory](int64_t count) {
        float* const taken = memory;
        memory += count;
        return taken;
    };
    to.keys = take(padded * width);
    to.values = take(padded * width);
    to.values_across = take(padded * width);
    to.weights = take(block);
    to.score_gradient = take(block);
    to.scratch = take(2 * scratch_rows * padded);
    to.mean = take(width);
    const int64_t first = operands.key_row(to.copy) * operands.key_stride + to.head / group() * width;
    const float *key = operands.key + first, *value = operands.value + first;
    if (for_task != HeadTask::back_with_weights || spec_.attention.softcap > 0)
        kernels_.arrange(key, value, operands.key_stride, 0, keys, width, keys, to.keys, to.values);
    if (for_task != HeadTask::there)
        kernels_.arrange(value, nullptr, operands.key_stride, 0, keys, width, keys, to.values_across,
                         nullptr);
    return to;
}

float KernelPass::weigh(const Operands& operands, const Head& of, int64_t begin, int64_t end, float* weights,
                        float* context, int64_t context_stride) const {
    AttentionTask task{};
    task.query = operands.query + (of.copy * rows_ + begin) * operands.query_stride +
                 of.head * spec_.attention.head_width;
    task.keys = of.keys;
    task.values = of.values;
    task.weights = weights;
    task.context = context;
    task.scratch = of.scratch;
    task.count = operands.keys;
    task.width = spec_.attention.head_width;
    task.query_stride = operands.query_stride;
    task.context_stride = context_stride;
    task.value_stride = operands.keys;
    task.row_begin = 0;
    task.row_end = end - begin;
    const float* bias = operands.is_cross ? nullptr : bias_.of_head(of.head);
    task.bias = bias ? bias + begin * task.padded() : nullptr;
    task.softcap = static_cast<float>(spec_.attention.softcap);
    task.first_row = spec_.is_causal && !operands.is_cross ? begin : -1;
    return kernels_.attention(task);
}

double KernelPass::attend(const Operands& operands) {
    reserve_heads(operands.keys);
    std::vector<float> errors(static_cast<size_t>(copies_ * spec_.attention.heads));
    share(copies_ * spec_.attention.heads, [&](int64_t task, int64_t thread) {
        errors[static_cast<size_t>(task)] =
            attend_head(operands, begin_head(operands, task, thread, HeadTask::there));
    });
    return largest_error(errors);
}

float KernelPass::attend_head(const Operands& operands, const Head& of) {
    const int64_t stride = query_stride(spec_), width = spec_.attention.head_width;
    const int64_t block = block_rows(operands.keys), keys = operands.keys;
    float* context = context_ + of.copy * rows_ * stride + of.head * width;
    float worst = 0;
    for (int64_t begin = 0; begin < rows_; begin += block) {
        float* weights = operands.kept    ? kept_weights(operands, of, begin)
                         : operands.shown ? operands.shown + (of.head * rows_ + begin) * keys
                                          : of.weights;
        const float error = weigh(operands, of, begin, std::min(begin + block, rows_), weights,
                                  context + begin * stride, stride);
        if (error > worst || std::isnan(error)) worst = error;
        if (operands.kept && operands.shown)
            std::copy_n(weights, (std::min(begin + block, rows_) - begin) * keys,
                        operands.shown + (of.head * rows_ + begin) * keys);
        if (std::isnan(worst)) break;
    }
    const auto with_rows = [&](const auto& change) {
        for (int64_t i = 0; i < rows_; ++i)
            for (int64_t d = 0; d < width; ++d) change(context[i * stride + d], d);
    };
    // The kernel stops at the first row that is none, and the rest of the pass must not look like a result.
    if (!std::isfinite(worst))
        with_rows([](float& value, int64_t) { value = std::numeric_limits<float>::quiet_NaN(); });
    if (!operands.change) return worst;
    const size_t at = static_cast<size_t>(of.copy * spec_.attention.heads + of.head);
    const LayerChange& change = *operands.change;
    if (!change.gates.empty() && change.gates[at] != 1)
        with_rows([gate = change.gates[at]](float& value, int64_t) { value *= gate; });
    if (change.means.empty() || !change.means[at]) return worst;
    for (int64_t d = 0; d < width; ++d) {
        double mean = 0;
        for (int64_t i = 0; i < rows_; ++i) mean += context[i * stride + d];
        of.mean[d] = static_cast<float>(mean / static_cast<double>(rows_));
    }
    with_rows([&](float& value, int64_t d) { value = of.mean[d]; });
    return worst;
}

void KernelPass::head_back(const Operands& operands, const OperandGradients& to, const Head& of,
                           const Shown& shown) {
    const int64_t width = spec_.attention.head_width, heads = spec_.attention.heads;
    const int64_t keys = operands.keys, stride = query_stride(spec_), block = block_rows(keys);
    const size_t at = static_cast<size_t>(of.copy * heads + of.head);
    const LayerChange* change = operands.change;
    const bool is_mean = change && !change->means.empty() && change->means[at];
    const int64_t first = of.copy * rows_;
    const float* gradient = context_ + first * stride + of.head * width;
    if (is_mean) {
        std::fill_n(of.mean, width, 0.0f);
        for (int64_t i = 0; i < rows_; ++i)
            for (int64_t d = 0; d < width; ++d) of.mean[d] += gradient[i * stride + d];
        for (int64_t d = 0; d < width; ++d) of.mean[d] /= static_cast<float>(rows_);
    }
    // With fewer heads of keys than of queries each query head's gradients lie apart, to be summed later.
    const bool is_apart = group() > 1;
    const int64_t key_row = is_apart ? static_cast<int64_t>(at) * keys : of.copy * keys;
    const int64_t key_at = key_row * to.key_stride + (is_apart ? 0 : of.head * width);
    for (int64_t begin = 0; begin < rows_; begin += block) {
        const int64_t end = std::min(begin + block, rows_);
        const int64_t in_shown = (of.head * rows_ + begin) * keys;
        AttentionBackTask task{};
        float* weights = shown.attention ? shown.attention + in_shown
                         : operands.kept ? kept_weights(operands, of, begin)
                                         : of.weights;
        if (shown.attention || !operands.kept)
            weigh(operands, of, begin, end, weights,
                  shown.context ? shown.context + begin * spec_.attention.query_size() + of.head * width
                                : nullptr,
                  spec_.attention.query_size());
        task.weights = weights;
        task.query = operands.query + (first + begin) * operands.query_stride + of.head * width;
        task.keys =
            operands.key + operands.key_row(of.copy) * operands.key_stride + of.head / group() * width;
        task.key_panels = of.keys;
        task.value_panels = of.values_across;
        task.context_gradient = is_mean ? of.mean : gradient + begin * stride;
        task.query_stride = operands.query_stride;
        task.key_stride = operands.key_stride;
        task.context_gradient_stride = is_mean ? 0 : stride;
        task.shown = shown.attention_gradient ? shown.attention_gradient + in_shown : nullptr;
        task.score_gradient = of.score_gradient;
        task.scratch = of.scratch;
        task.query_gradient = to.query + (first + begin) * to.query_stride + of.head * width;
        task.key_gradient = to.key + key_at;
        task.value_gradient = to.value + key_at;
        task.query_gradient_stride = to.query_stride;
        task.key_gradient_stride = task.value_gradient_stride = to.key_stride;
        task.adds = begin > 0;
        task.rows = end - begin;
        task.count = keys;
        task.width = width;
        task.gate = change && !change->gates.empty() ? change->gates[at] : 1.0f;
        task.softcap = static_cast<float>(spec_.attention.softcap);
        task.first_row = spec_.is_causal && !operands.is_cross ? begin : -1;
        kernels_.attention_back(task);
    }
}

}  // namespace weft::torch_part
