// A one-stack model of text, encoder or decoder, as a weft::Model: text in, frames out. A decoder's keys and
// values stay for the next text: what it shares with the one before is not computed again. Private to
// analysis/torch.
#pragma once

#include <functional>
#include <memory>

#include "analysis/family/model_config.h"
#include "analysis/method/difference.h"
#include "analysis/method/frame_steps.h"
#include "analysis/model.h"
#include "analysis/tokenizer/tokenizer.h"
#include "analysis/torch/ablation_steps.h"
#include "analysis/torch/attention_pool.h"
#include "analysis/torch/finite.h"
#include "analysis/torch/gradient_steps.h"
#include "analysis/torch/head_forward.h"
#include "analysis/torch/logit_lens.h"
#include "analysis/torch/stack_forward.h"

namespace weft::torch_part {

class TextModel final : public Model {
  public:
    TextModel(ModelSummary summary, Provenance provenance, Tokenizer tokenizer, ModelConfig config,
              std::shared_ptr<const ModelWeights> weights, const std::string& device,
              std::unique_ptr<StackForward> forward, std::unique_ptr<HeadForward> head);

    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override;

  private:
    // Of the pass before, as far as it can be used again.
    struct Before {
        std::vector<int32_t> ids;
        int64_t queries = 0;  // of the layers' attention, at least as many as ids
        AttentionLayers layers;
        std::vector<HeadAblation> ablations;
    };
    // The attention of the newest pass without ablations.
    struct Unablated {
        std::vector<int32_t> ids;
        std::vector<uint8_t> segments;
        AttentionLayers layers;
    };
    bool analyze_unguarded(const AnalysisRequest& request, const std::function<bool()>& superseded,
                           const std::function<void(FramePtr)>& post);
    // The pass of the picture, into a block and, where it is there, [L + 1, N, D] of hidden states. False:
    // superseded.
    bool run_pass(const AnalysisRequest& request, const std::vector<int32_t>& ids,
                  const std::vector<uint8_t>& segments, const std::function<bool()>& superseded,
                  AttentionBlock& block, std::vector<float>* hidden);
    // The same by the explainer, which methods need anyway.
    bool run_explained_pass(const AnalysisRequest& request, const ExplainedInput& input,
                            const std::function<bool()>& superseded, AttentionBlock& block,
                            std::vector<float>* hidden);
    bool picture_is_explained(const AnalysisOptions& options) const;
    int64_t shared_prefix(const std::vector<int32_t>& ids, const AnalysisRequest& request) const;
    std::vector<FrameStep> head_steps(const AnalysisRequest& request);
    std::vector<FrameStep> contribution_steps(const AnalysisRequest& request);
    // The last one of those that read the pass: it may run another.
    std::vector<FrameStep> difference_steps(const AnalysisRequest& request,
                                            const std::vector<uint8_t>& segments);
    bool run_unablated(const std::vector<int32_t>& ids, const std::vector<uint8_t>& segments,
                       const std::function<bool()>& stop);
    // As the stack is given it; `reads_segments`: with the tokenizer's.
    ExplainedInput explained_input(const AnalysisRequest& request, const TokenStack& stack,
                                   bool reads_segments) const;
    std::vector<float> output_states(const AnalysisOptions& options, int64_t count);  // of the last rows
    void finish_last_layer(int64_t count);
    int64_t prediction_row(const std::vector<int32_t>& ids) const;
    bool goes_on() const;  // a causal language model
    std::string prediction_text(int32_t id) const;
    void fill_appended(std::vector<int32_t> ids, AttentionFrame& frame) const;

    ModelSummary summary_;
    Provenance provenance_;
    Tokenizer tokenizer_;
    ModelConfig config_;
    std::unique_ptr<StackForward> forward_;
    std::unique_ptr<HeadForward> head_;  // null: the model has none
    LogitLens lens_;
    LazyExplainer explainer_;
    AttentionPool pool_;
    Before before_;
    Unablated unablated_;
};

}  // namespace weft::torch_part
