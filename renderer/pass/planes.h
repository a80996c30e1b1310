// Flat quadrilaterals with a thin border, blended in the list's order; no depth.
#pragma once

#include "renderer/pass/pass.h"

namespace weft {

class PlanesPass : public Pass {
  public:
    explicit PlanesPass(const PassContext& context);
    const char* name() const override { return "planes"; }
    bool is_empty(const DrawList& list) const override { return list.planes.empty(); }
    void record(FrameContext& frame) override;

  private:
    Device& device_;
    Pipeline* pipelines_[2];
};

}  // namespace weft
