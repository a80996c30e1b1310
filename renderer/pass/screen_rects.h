// Rectangles and wedges on the picture, in the list's order; blended on sRGB values.
#pragma once

#include "renderer/pass/pass.h"

namespace weft {

class ScreenRectsPass : public Pass {
  public:
    explicit ScreenRectsPass(const PassContext& context);
    const char* name() const override { return "screen rects"; }
    bool is_empty(const DrawList& list) const override { return list.rects.empty(); }
    void record(FrameContext& frame) override;

  private:
    Device& device_;
    Pipeline* pipeline_;
};

}  // namespace weft
