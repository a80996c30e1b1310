#include "app/removal_curves.h"

#include <cstdio>

#include "analysis/method/curves.h"
#include "app/quantity_values.h"

namespace weft {

const std::vector<RemovalPlot>& removal_plots() {
    static const std::vector<RemovalPlot> plots{
        {"ablation", "ablation.pruning", "ablation.pruning.random", "Taking heads away",
         "y while heads leave, the least important first, beside a random order.",
         "compute the pruning curve", "heads taken away", "least important first"},
        {"deletion", "deletion", "deletion.random", "Deletion",
         "y while tokens leave, those of the greatest integrated gradients first. A good order falls fast: a "
         "small area.",
         "compute deletion", "tokens taken away", "greatest attribution first"},
        {"insertion", "insertion", "insertion.random", "Insertion",
         "y while tokens enter, those of the greatest integrated gradients first. A good order rises fast: a "
         "large area.",
         "compute insertion", "tokens put in", "greatest attribution first"},
    };
    return plots;
}

std::optional<RemovalCurves> removal_curves(const AttentionBlock& block, const RemovalPlot& plot) {
    const FrameTensor* ordered = find_quantity(block, plot.ordered);
    if (!ordered || ordered->values->empty()) return {};
    RemovalCurves curves;
    curves.ordered.assign(ordered->values->begin(), ordered->values->end());
    if (const FrameTensor* random = find_quantity(block, plot.random))
        curves.random.assign(random->values->begin(), random->values->end());
    return curves;
}

std::string area_text(std::span<const double> curve) {
    char text[48];
    std::snprintf(text, sizeof text, "area %.4g", curve_area(curve));
    return text;
}

}  // namespace weft
