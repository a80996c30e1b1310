#include "analysis/torch/finite.h"

#include <algorithm>
#include <cmath>

#include "analysis/error.h"

namespace weft::torch_part {

void throw_not_finite(const std::string& what) {
    throw Error(
        what + " is not finite: it has infinity or NaN in it",
        "The weights are damaged or not meant for float32. Copy the model folder again from its source.");
}

double largest_error(std::span<const float> errors) {
    float largest = 0;
    for (const float error : errors)
        if (error > largest || std::isnan(error)) largest = error;
    return largest;
}

void check_finite(const std::vector<float>& values, const std::string& what) {
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
        throw_not_finite(what);
}

}  // namespace weft::torch_part
