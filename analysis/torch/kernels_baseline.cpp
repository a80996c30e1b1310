// The kernels for any x86-64. Compiled with its own flags (analysis/CMakeLists.txt).
#include <cstdint>

namespace {
constexpr int lanes = 4, tile_rows = 3;
}

#include "analysis/torch/kernels_back_impl.h"

namespace weft::torch_part {

extern const Kernels kernels_baseline;
const Kernels kernels_baseline = {"baseline", tile_panels,    tile_rows,      linear,
                                  attention,  arrange,        normalise,      multiply_by,
                                  rotate,     normalise_back, attention_back, contribution};

}  // namespace weft::torch_part
