// Logit lens (nostalgebraist 2020, METHODS): the final norm and the head applied to what enters the first
// layer and to what leaves each, as if the model ended there. One thread at a time. Private to
// analysis/torch.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/method/frame_steps.h"
#include "analysis/torch/head_forward.h"

namespace weft::torch_part {

// Numbers that "logit_lens" may have; of a larger vocabulary or longer text there are only the tokens and
// their probabilities.
constexpr int64_t most_lens_numbers = int64_t{1} << 24;

class LogitLens {
  public:
    // Of the last stack. `head` null: the model has none.
    LogitLens(std::shared_ptr<const ModelWeights> weights, const HeadForward* head,
              const std::string& device);

    // From states [L + 1, N, D] before the final norm; `last` is the row that a head of one row reads. Adds
    //   logit_lens              the logits [L + 1, N, V], or [L + 1, C] of a head that reads one row
    //   logit_lens.token        the most probable token or class [L + 1, N], or [L + 1]
    //   logit_lens.probability  its probability, likewise
    // Throws UsageError for a model without a head. False: stopped.
    bool add(std::span<const float> states, int64_t rows, int64_t last, AttentionBlock& block,
             const StepContext& context) const;

  private:
    const HeadForward* head_;
    int64_t hidden_ = 0;
    c10::Device device_;
    PlainNorm final_norm_;
    std::shared_ptr<const ModelWeights> weights_;
};

// The step, where the request wants it, on the last stack's self-attention.
void append_lens_step(const AnalysisRequest& request, const LogitLens& lens,
                      std::shared_ptr<const std::vector<float>> states, int64_t last,
                      std::vector<FrameStep>& steps);

// Whether the pass has to keep the hidden states of all layers and rows.
bool wants_states(const AnalysisOptions& options);

}  // namespace weft::torch_part
