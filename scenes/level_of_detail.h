// What of a plan a picture shows from where its camera stands: lines between tokens or between blocks of
// them, and none that would be thinner than half a pixel. Pure; any thread.
#pragma once

#include "scenes/layout.h"
#include "scenes/text_stack.h"

namespace weft {

constexpr float least_line_px = 0.5f;

struct LayerDetail {
    float near = 1.0f;          // 0: lines between blocks, 1: between tokens, else both, faded
    float width = 1.0f;         // of a line, times what the theme gives it: narrower near the eye
    float least_weight = 0.0f;  // thinner ones are not drawn; one of WeightSteps
};

// Coming near parts the lines of close rows instead of thickening them: how wide lines so far from the eye
// are drawn, of what the theme gives them.
float width_part(const TextStackLayout& layout, const Camera& camera, const Viewport& viewport,
                 float distance_u);

LayerDetail layer_detail(const TextStackPlan& plan, const TextStackLayout& layout, const Camera& camera,
                         const Viewport& viewport, int layer);

// Whether any layer is so far that its rows are blocks.
bool shows_blocks(const TextStackPlan& plan, const TextStackLayout& layout, const Camera& camera,
                  const Viewport& viewport);

// What the picture draws of a layer at rest.
LedgerSums drawn_sums(const TextStackPlan& plan, const LayerDetail& detail, int layer);
// ... in shares; of one layer, or of all.
Ledger drawn_ledger(const TextStackPlan& plan, const TextStackLayout& layout, const Camera& camera,
                    const Viewport& viewport, int only_layer = -1);

}  // namespace weft
