// A BERT-type encoder as a weft::Model: text in, frames out. Private to analysis/torch.
#pragma once

#include <functional>
#include <memory>

#include "analysis/model.h"
#include "analysis/tokenizer/tokenizer.h"
#include "analysis/torch/attention_pool.h"
#include "analysis/torch/bert_forward.h"

namespace weft::torch_part {

class BertModel final : public Model {
  public:
    BertModel(ModelSummary summary, Provenance provenance, Tokenizer tokenizer, BertShape shape,
              std::unique_ptr<BertForward> forward);

    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override;

  private:
    bool analyze_unguarded(const AnalysisRequest& request, const std::function<bool()>& superseded,
                           const std::function<void(FramePtr)>& post);

    ModelSummary summary_;
    Provenance provenance_;
    Tokenizer tokenizer_;
    BertShape shape_;
    std::unique_ptr<BertForward> forward_;
    AttentionPool pool_;
};

}  // namespace weft::torch_part
