// From one text to the next: what of the former is still in the picture. Pure; any thread.
#pragma once

#include "scenes/text_stack.h"

namespace weft {

// The plan that goes while `plan` comes, where both have the same panes and lanes; else null.
inline const TextStackPlan* former_of(const TextStackPlan& plan, const ViewMotion& motion) {
    const TextStackPlan* former = motion.former.get();
    const bool is_alike = former && former->layers.size() == plan.layers.size() &&
                          former->lanes == plan.lanes && former->joins_ends == plan.joins_ends;
    return is_alike ? former : nullptr;
}

}  // namespace weft
