// Checks of what a pass has computed before it is posted. Private to analysis/torch.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace weft::torch_part {

// Throws: "attention" of `what` holds infinity or NaN.
[[noreturn]] void throw_not_finite(const std::string& what);
// Of errors that are at least 0; not a number if one of them is none.
double largest_error(std::span<const float> errors);

void check_finite(const std::vector<float>& values, const std::string& what);

}  // namespace weft::torch_part
