#include "app/ablation_choice.h"

#include <algorithm>

namespace weft {

std::vector<HeadAblation> toggled_ablation(std::vector<HeadAblation> ablations,
                                           const HeadAblation& ablation) {
    const bool is_there = std::ranges::find(ablations, ablation) != ablations.end();
    std::erase_if(ablations, [&](const HeadAblation& other) {
        return other.kind == ablation.kind && other.layer == ablation.layer && other.head == ablation.head;
    });
    if (!is_there) ablations.push_back(ablation);
    std::ranges::sort(ablations);
    return ablations;
}

}  // namespace weft
