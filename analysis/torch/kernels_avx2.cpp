// The kernels for AVX2 with FMA. Compiled with its own flags (analysis/CMakeLists.txt).
#include <cstdint>

namespace {
constexpr int lanes = 8, tile_rows = 6;
}

#include "analysis/torch/kernels_back_impl.h"

namespace weft::torch_part {

extern const Kernels kernels_avx2;
const Kernels kernels_avx2 = {"avx2",    tile_panels,    tile_rows,      linear,
                              attention, arrange,        normalise,      multiply_by,
                              rotate,    normalise_back, attention_back, contribution};

}  // namespace weft::torch_part
