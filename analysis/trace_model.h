// A recorded trace as a model that reads nothing: what a worker needs to compute on a trace, beside the
// window, the methods that take long on attention alone. One thread at a time.
#pragma once

#include "analysis/model.h"

namespace weft {

class TraceModel : public Model {
  public:
    // `trace` was read with `read_with` (analysis/trace.h); its quantities are not computed again.
    TraceModel(FramePtr trace, MethodOptions read_with);
    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override;

  private:
    FramePtr trace_;
    MethodOptions read_with_;
    ModelSummary summary_;
};

}  // namespace weft
