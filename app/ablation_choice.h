// Which heads a pass goes without, as clicks and keys change it. Pure.
#pragma once

#include <vector>

#include "analysis/method/method_options.h"

namespace weft {

// With this head as `ablation` says; without it if it is there in just this way. Sorted, each head once.
std::vector<HeadAblation> toggled_ablation(std::vector<HeadAblation> ablations, const HeadAblation& ablation);

}  // namespace weft
