// Which entries of a block are drawn, in plain C++: the twin of shaders/flow_select_*.comp and the product
// path on devices of type CPU. Pure; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "renderer/draw_list.h"

namespace weft {

// Flat indices (s * rows + r) * columns + c of all entries that pass FlowSelection's test, ascending. NaN
// never passes.
std::vector<uint32_t> select_flows(const WeightBlock& block, const FlowSelection& selection);

// What both twins rely on: array sizes fit the block. Throws weft::Error with the sizes.
void check_selection(const WeightBlock& block, const FlowSelection& selection);

}  // namespace weft
