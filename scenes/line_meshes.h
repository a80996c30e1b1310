// Solid things at flow lines: beads that run along the selected lines with the wave, and arrow heads where
// lines end. Both stand where the batches of the list have their lines. Without motion there are no beads;
// arrow heads are off unless asked for. Pure; any thread.
#pragma once

#include "scenes/text_stack.h"

namespace weft {

constexpr size_t most_beads = 300, most_arrow_heads = 800;  // of more lines none have any

// A point of a batch's line (slice, row, column) at t = 0 (source) .. 1 (target), by the cubic of FlowBatch.
glm::vec3 flow_point(const FlowBatch& batch, uint32_t slice, uint32_t row, uint32_t column, float t);

// Of the batches from `first_batch` on that show one row, one column or one line.
void add_beads(DrawList& list, size_t first_batch, const ViewState& view, const Camera& camera,
               const Viewport& viewport);

// Of all batches of the list.
void add_arrow_heads(DrawList& list, const ViewState& view, const Camera& camera, const Viewport& viewport);

}  // namespace weft
