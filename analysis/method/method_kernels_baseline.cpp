// Compiled with its own flags (analysis/CMakeLists.txt).
#include <cstddef>

namespace {
constexpr size_t lanes = 4;
}

#include "analysis/method/method_kernels_impl.h"

namespace weft {

extern const MethodKernels method_kernels_baseline;
const MethodKernels method_kernels_baseline = {x_ln_x, both_ln_both, add_scaled, add_product};

}  // namespace weft
