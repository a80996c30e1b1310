// The kernels for processors with matrix tiles (AMX), beside AVX-512. Compiled with its own flags
// (analysis/CMakeLists.txt).
#include <cstdint>

namespace {
constexpr int lanes = 16, tile_rows = 12;
}

#include "analysis/torch/kernels_split_impl.h"

namespace weft::torch_part {

extern const Kernels kernels_amx;
const Kernels kernels_amx = {"amx",          tile_panels,  tile_rows,   linear,      attention,
                             arrange,        normalise,    multiply_by, rotate,      normalise_back,
                             attention_back, contribution, split_rows,  linear_split};

}  // namespace weft::torch_part
