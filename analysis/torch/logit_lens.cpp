#include "analysis/torch/logit_lens.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max.h>
#include <ATen/ops/softmax.h>
#include <c10/core/InferenceMode.h>

#include "analysis/error.h"
#include "analysis/frame_tensors.h"
#include "analysis/torch/finite.h"

namespace weft::torch_part {

LogitLens::LogitLens(std::shared_ptr<const ModelWeights> weights, const HeadForward* head,
                     const std::string& device)
    : head_(head), device_(device), weights_(std::move(weights)) {
    const StackWeights& stack = weights_->stacks.back();
    hidden_ = stack.spec.hidden;
    if (stack.final_norm.gain) final_norm_ = plain_norm(stack.final_norm, stack.spec.norm, device_);
}

bool LogitLens::add(std::span<const float> states, int64_t rows, int64_t last, AttentionBlock& block,
                    const StepContext& context) const {
    if (!head_)
        throw UsageError("the logit lens needs a head, and the model has none",
                         "Use a model with a language model head or a classifier.");
    const c10::InferenceMode inference;
    const int64_t entries = static_cast<int64_t>(states.size()) / (rows * hidden_);
    std::vector<int64_t> shape;  // of the logits of one entry
    auto all = std::make_shared<std::vector<float>>(), tokens = std::make_shared<std::vector<float>>(),
         probabilities = std::make_shared<std::vector<float>>();
    bool keeps_all = false;
    for (int64_t entry = 0; entry < entries; ++entry) {
        at::Tensor x = at::from_blob(const_cast<float*>(states.data()) + entry * rows * hidden_,
                                     {rows, hidden_}, at::kFloat)
                           .to(device_);
        if (final_norm_) x = final_norm_(x);
        const at::Tensor logits = head_->logits(x, last).cpu().contiguous();
        if (entry == 0) {
            shape.assign(logits.sizes().begin(), logits.sizes().end());
            keeps_all = entries * logits.numel() <= most_lens_numbers;
        }
        const float* from = logits.data_ptr<float>();
        if (keeps_all) all->insert(all->end(), from, from + logits.numel());
        const auto [probability, token] = at::max(at::softmax(logits.reshape({-1, logits.size(-1)}), -1), 1);
        for (int64_t row = 0; row < token.numel(); ++row) {
            tokens->push_back(static_cast<float>(token.data_ptr<int64_t>()[row]));
            probabilities->push_back(probability.data_ptr<float>()[row]);
        }
        context.progress(static_cast<float>(entry + 1) / static_cast<float>(entries));
        if (context.stop()) return false;
    }
    check_finite(*probabilities, "\"logit_lens" + std::string(stack_suffix(block.kind)) + "\"");
    shape.insert(shape.begin(), entries);
    if (keeps_all) {
        check_finite(*all, "\"logit_lens" + std::string(stack_suffix(block.kind)) + "\"");
        block.quantities["logit_lens"] = {shape, std::move(all)};
    }
    shape.pop_back();
    block.quantities["logit_lens.token"] = {shape, std::move(tokens)};
    block.quantities["logit_lens.probability"] = {shape, std::move(probabilities)};
    return true;
}

bool wants_states(const AnalysisOptions& options) {
    return options.hidden_states || options.wants("logit_lens");
}

void append_lens_step(const AnalysisRequest& request, const LogitLens& lens,
                      std::shared_ptr<const std::vector<float>> states, int64_t last,
                      std::vector<FrameStep>& steps) {
    if (!request.options.wants("logit_lens")) return;
    steps.push_back(
        {"logit_lens", false,
         [&lens, states = std::move(states), last](AttentionFrame& frame, const StepContext& context) {
             // Of two stacks the decoder's.
             AttentionBlock& block = frame.blocks.size() > 1 ? frame.blocks[1] : frame.blocks[0];
             return lens.add(*states, block.queries, last, block, context);
         }});
}

}  // namespace weft::torch_part
