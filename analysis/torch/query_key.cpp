#include "analysis/torch/query_key.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mean.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/error.h"
#include "analysis/torch/gradient_steps.h"
#include "analysis/torch/guarded.h"
#include "analysis/torch/plain_stack.h"

namespace weft::torch_part {

namespace {

FrameTensor tensor_of(const at::Tensor& x) {
    const at::Tensor there = x.cpu().contiguous();
    const float* from = there.data_ptr<float>();
    return {{there.sizes().begin(), there.sizes().end()},
            std::make_shared<const std::vector<float>>(from, from + there.numel())};
}

size_t stack_of(const HeadName& head, size_t stacks) {
    return head.kind == AttentionKind::cross || head.kind == AttentionKind::decoder ? stacks - 1 : 0;
}

void check_head(const HeadName& head, const AttentionBlock& block) {
    if (head.layer >= 0 && head.layer < block.layers && head.head >= 0 && head.head < block.heads) return;
    throw UsageError(
        "there is no head \"" + std::to_string(head.layer) + "." + std::to_string(head.head) + "\" here",
        "Layers are 0 to " + std::to_string(block.layers - 1) + ", heads 0 to " +
            std::to_string(block.heads - 1) + ".");
}

// What is behind the mask becomes not a number; returns the largest |softmax(scores) - attention|.
double finish_scores(std::vector<float>& scores, const float* attention, size_t keys) {
    double worst = 0.0;
    for (size_t row = 0; row < scores.size(); row += keys) {
        const auto first = scores.begin() + static_cast<int64_t>(row),
                   end = first + static_cast<int64_t>(keys);
        const double largest = static_cast<double>(*std::max_element(first, end));
        double sum = 0.0;
        for (auto score = first; score != end; ++score)
            sum += std::exp(static_cast<double>(*score) - largest);
        for (size_t j = 0; j < keys; ++j) {
            const double weight = std::exp(static_cast<double>(scores[row + j]) - largest) / sum;
            worst = std::max(worst, std::abs(weight - static_cast<double>(attention[row + j])));
            if (std::isinf(scores[row + j])) scores[row + j] = std::numeric_limits<float>::quiet_NaN();
        }
    }
    return worst;
}

// [H, R, width] with the heads gone that a cross-attention behind them does not see.
at::Tensor ablated(const at::Tensor& context, const LayerChange& change) {
    at::Tensor changed = context.clone();
    for (int64_t h = 0; h < changed.size(0); ++h) {
        const auto head = static_cast<size_t>(h);
        at::Tensor of = changed[h];
        if (head < change.gates.size()) of.mul_(change.gates[head]);
        if (head < change.means.size() && change.means[head]) of.copy_(of.mean(0, true).expand_as(of));
    }
    return changed;
}

bool add_query_key(Explainer& explainer, const HeadName& head, AttentionFrame& frame) {
    const size_t stack = stack_of(head, explainer.stacks());
    const bool is_cross = head.kind == AttentionKind::cross;
    AttentionBlock& block = frame.blocks.at(block_of(stack, is_cross));
    check_head(head, block);
    const PlainStack plain(explainer.parts().weights, stack, c10::Device(explainer.parts().device),
                           at::kFloat, head.layer);
    const auto states = [&](std::span<const float> of, int64_t rows, size_t at_stack) {
        const int64_t hidden = explainer.spec(at_stack).hidden;
        return at::from_blob(const_cast<float*>(of.data()), {rows, hidden}, at::kFloat).to(plain.options());
    };
    const int64_t rows = explainer.rows(stack), hidden = explainer.spec(stack).hidden;
    const at::Tensor x = states(
        explainer.layer_states(stack).subspan(static_cast<size_t>(head.layer * rows * hidden)), rows, stack);
    at::Tensor source;
    if (explainer.spec(stack).has_cross_attention) source = states(explainer.output(0), explainer.rows(0), 0);
    PlainStack::Taps self, cross;
    (is_cross ? cross : self).scores = [&](const at::Tensor& queries, const at::Tensor& keys,
                                           const at::Tensor& scores) {
        block.quantities["query_key.queries"] = tensor_of(queries[head.head]);
        block.quantities["query_key.keys"] = tensor_of(keys[head.head]);
        block.quantities["query_key.scores"] = tensor_of(scores[head.head]);
    };
    const LayerChange change = explainer.ablation(stack, head.layer, false);
    if (!change.gates.empty() || !change.means.empty())
        self.context = [&](const at::Tensor& context) { return ablated(context, change); };
    plain.run_layer(head.layer, x, {}, source, {}, false, self, cross);

    FrameTensor& kept = block.quantities.at("query_key.scores");
    auto scores = std::make_shared<std::vector<float>>(*kept.values);
    const size_t size = scores->size();
    const double delta = finish_scores(
        *scores,
        block.layer_weights[static_cast<size_t>(head.layer)]->data() + static_cast<size_t>(head.head) * size,
        block.keys);
    kept.values = std::move(scores);
    frame.deltas["query_key"] = {delta};
    const StackSpec& spec = explainer.spec(stack);
    const double of_layer =
        is_cross || spec.layer_scales.empty() ? 1.0 : spec.layer_scales[static_cast<size_t>(head.layer)];
    const auto numbers = [](std::vector<float> values) {
        const auto count = static_cast<int64_t>(values.size());
        return FrameTensor{{count}, std::make_shared<const std::vector<float>>(std::move(values))};
    };
    block.quantities["query_key.scale"] = numbers({static_cast<float>(spec.attention.scale * of_layer)});
    block.quantities["query_key.head"] =
        numbers({static_cast<float>(head.layer), static_cast<float>(head.head)});
    return true;
}

}  // namespace

void append_query_key_step(const AnalysisRequest& request, LazyExplainer& explainer,
                           const ExplainedInput& input, std::vector<FrameStep>& steps) {
    if (!request.options.wants("query_key")) return;
    steps.push_back(
        {"query_key", false,
         [&explainer, options = request.options, of = std::make_shared<const ExplainedInput>(input)](
             AttentionFrame& frame, const StepContext& context) {
             Explainer* begun = begin_explained(explainer, *of, options, frame, context.stop);
             return begun && add_query_key(*begun, options.method.query_key_head, frame);
         }});
}

}  // namespace weft::torch_part
