// Which words of a long text have a label: those that the drawn lines bring most to. Pure; any thread.
#pragma once

#include <vector>

#include "scenes/text_stack.h"

namespace weft {

// What the drawn lines bring to each token of a pane: leaving keys on the first pane, arriving at queries on
// the last.
std::vector<float> landmark_weights(const TextStackPlan& plan, bool first_pane);

// Which rows of a long text are labelled at all: the heaviest first, a label's height apart. `at_px` descends
// or ascends with the row.
std::vector<bool> thinned(const std::vector<float>& weights, const std::vector<float>& at_px, float apart_px);

}  // namespace weft
