// What lies under the pointer: exactly the lines that are drawn, in the same geometry. Pure; any thread.
#pragma once

#include <glm/glm.hpp>

#include "scenes/text_stack.h"

namespace weft {

// Whether line (layer, lane, query, key) is drawn at rest: FlowSelection's test on the layer's values.
bool is_selected_line(const FlowSelection& selection, const WeightBlock& block, int lane, int query, int key);

}  // namespace weft
