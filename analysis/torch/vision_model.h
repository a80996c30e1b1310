// A vision model as a weft::Model: an image file in, frames out. Private to analysis/torch.
#pragma once

#include <functional>
#include <memory>

#include "analysis/family/model_config.h"
#include "analysis/image/preprocessor.h"
#include "analysis/method/difference.h"
#include "analysis/method/frame_steps.h"
#include "analysis/model.h"
#include "analysis/torch/ablation_steps.h"
#include "analysis/torch/attention_pool.h"
#include "analysis/torch/finite.h"
#include "analysis/torch/gradient_steps.h"
#include "analysis/torch/head_forward.h"
#include "analysis/torch/logit_lens.h"
#include "analysis/torch/patch_embedding.h"
#include "analysis/torch/stack_forward.h"

namespace weft::torch_part {

class VisionModel final : public Model {
  public:
    VisionModel(ModelSummary summary, Provenance provenance, Preprocessor preprocessor, ModelConfig config,
                std::shared_ptr<const ModelWeights> weights, const std::string& device,
                std::unique_ptr<PatchEmbedding> embedding, std::unique_ptr<StackForward> forward,
                std::unique_ptr<HeadForward> head);

    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override;

  private:
    bool analyze_unguarded(const AnalysisRequest& request, const std::function<bool()>& superseded,
                           const std::function<void(FramePtr)>& post);
    std::vector<FrameStep> head_steps(const AnalysisRequest& request);
    std::vector<FrameStep> contribution_steps(const AnalysisRequest& request);
    // The last one of those that read the pass: it may run another.
    using Pixels = std::shared_ptr<const std::vector<float>>;
    std::vector<FrameStep> difference_steps(const AnalysisRequest& request, const Pixels& pixels,
                                            const PixelSize& size);
    bool run_unablated(const Pixels& pixels, const PixelSize& size, int64_t count,
                       const std::function<bool()>& stop);

    ModelSummary summary_;
    Provenance provenance_;
    Preprocessor preprocessor_;
    ModelConfig config_;
    std::unique_ptr<PatchEmbedding> embedding_;
    std::unique_ptr<StackForward> forward_;
    std::unique_ptr<HeadForward> head_;  // null: the model has none
    LogitLens lens_;
    LazyExplainer explainer_;
    AttentionPool pool_;
    // The attention of the newest pass without ablations, and the image that it is of.
    struct {
        Pixels pixels;
        PixelSize size;
        AttentionLayers layers;
    } unablated_;
};

}  // namespace weft::torch_part
