// Straight lines that face the camera: hairlines, bars, ticks, dots. One instance per stroke, in the list's
// order.
#pragma once

#include "renderer/pass/pass.h"

namespace weft {

enum class StrokeLayer { below_flows, above_flows };

class StrokesPass : public Pass {
  public:
    StrokesPass(const PassContext& context, StrokeLayer layer);
    const char* name() const override;
    bool is_empty(const DrawList& list) const override { return strokes(list).empty(); }
    void record(FrameContext& frame) override;

  private:
    const std::vector<Stroke>& strokes(const DrawList& list) const;
    Device& device_;
    StrokeLayer layer_;
    Pipeline* pipelines_[2];
};

}  // namespace weft
