// Bars in the lanes: what a sink takes (grey, at its row) and what the folded neighbours take (head colour,
// at the foot). Length = mean weight over the queries; 92 % of the gap = all. Folded, every lane shows the
// mean of the lanes, so that the bar on screen is still a measurement. Pure; any thread.
#pragma once

#include "scenes/focus_lines.h"
#include "scenes/layout.h"
#include "scenes/theme.h"

namespace weft {

constexpr float full_bar_part = 0.92f;  // of the gap

void add_sink_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                   const ViewState& view, const ViewMotion& motion, const Camera& camera);
void add_neighbour_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                        const ViewState& view, const ViewMotion& motion, const Camera& camera);

}  // namespace weft
