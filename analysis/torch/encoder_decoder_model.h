// A model of two stacks as a weft::Model: a text into the encoder, the decoder's text given or generated
// token by token. What the encoder made of the text stays while only the decoder's text changes, and the
// decoder's rows stay as far as its text begins the same. Private to analysis/torch.
#pragma once

#include <functional>
#include <memory>

#include "analysis/family/generation_config.h"
#include "analysis/method/difference.h"
#include "analysis/method/frame_steps.h"
#include "analysis/model.h"
#include "analysis/tokenizer/tokenizer.h"
#include "analysis/torch/ablation_steps.h"
#include "analysis/torch/attention_pool.h"
#include "analysis/torch/decoder_rows.h"
#include "analysis/torch/finite.h"
#include "analysis/torch/gradient_steps.h"
#include "analysis/torch/head_forward.h"
#include "analysis/torch/logit_lens.h"

namespace weft::torch_part {

struct EncoderDecoderParts {
    std::unique_ptr<StackForward> encoder, decoder;
    std::unique_ptr<HeadForward> head;  // null: the model has none
};

class EncoderDecoderModel final : public Model {
  public:
    EncoderDecoderModel(ModelSummary summary, Provenance provenance, Tokenizer tokenizer, ModelConfig config,
                        GenerationConfig generation, std::shared_ptr<const ModelWeights> weights,
                        const std::string& device, EncoderDecoderParts parts);

    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override;

  private:
    using Stop = std::function<bool()>;
    using Post = std::function<void(FramePtr)>;
    // The encoder's side of the pass before.
    struct Source {
        AnalysisRequest request;  // what it was made of
        TokenizedText text;
        AttentionBlock block;
        std::shared_ptr<const std::vector<float>> hidden;  // null: not asked for
        std::vector<float> output;                         // [S, D] what the decoder reads
        std::vector<HeadAblation> ablations;               // of the encoder
        bool keeps_values = false;                         // the encoder still holds those of this pass
        FrameTensor contribution;                          // empty: not asked for
        bool is_there = false;
    };
    // The attention of the newest pass without ablations.
    struct Unablated {
        std::vector<int32_t> source, target;
        AttentionLayers encoder, decoder, cross;
    };
    // The decoder's side of the one under way.
    struct Target {
        TokenStack stack;
        std::optional<Truncation> truncation;
        std::optional<Generation> generation;
        std::vector<float> last_logits;  // empty: not computed yet
    };

    bool analyze_unguarded(const AnalysisRequest& request, const Stop& stop, const Post& post);
    bool encode(const AnalysisRequest& request, const Stop& stop);
    bool fits_source(const AnalysisRequest& request) const;
    // A pass of the encoder over its tokens: attention of all layers, and what the decoder reads.
    struct EncoderPass {
        AttentionLayers layers;
        std::vector<float> output;
        double max_row_sum_error = 0;
    };
    std::optional<EncoderPass> run_encoder(const std::vector<int32_t>& ids, float* hidden, const Stop& stop);
    void begin_rows(const AnalysisRequest& request);
    bool extend_rows(const std::vector<int32_t>& ids, const Stop& stop);
    bool run_unablated(const AttentionFrame& frame, const AnalysisRequest& request, const Stop& stop);
    std::vector<FrameStep> contribution_steps(const AnalysisRequest& request);
    // The last one of those that read the pass: it may run another.
    std::vector<FrameStep> difference_steps(const AnalysisRequest& request);
    bool decode_given(const AnalysisRequest& request, const Stop& stop, Target& target);
    bool decode_generated(const AnalysisRequest& request, const Stop& stop, const Stopwatch& since_text,
                          const Post& post, Target& target);
    int64_t longest_target(const GenerationOptions& options) const;
    std::vector<float> last_row_logits() const;
    TokenStack written(const std::vector<int32_t>& ids) const;
    AttentionBlock decoder_block(AttentionKind kind);
    AttentionFrame frame_of(const AnalysisRequest& request, const Target& target);
    std::vector<FrameStep> head_steps(const AnalysisRequest& request, const Target& target) const;

    const StackSpec& encoder_spec() const { return config_.stacks[0].spec; }
    const StackSpec& decoder_spec() const { return config_.stacks[1].spec; }

    ModelSummary summary_;
    Provenance provenance_;
    Tokenizer tokenizer_;
    ModelConfig config_;
    GenerationConfig generation_;
    EncoderDecoderParts parts_;
    LogitLens lens_;
    LazyExplainer explainer_;
    AttentionPool pool_;
    Source source_;
    DecoderRows rows_;
    std::vector<HeadAblation> rows_ablations_;  // of the decoder, that its rows were made with
    bool rows_are_over_ = false;                // the decoder has run something else since
    Unablated unablated_;
};

}  // namespace weft::torch_part
