// The kernels for AVX-512. Compiled with its own flags (analysis/CMakeLists.txt).
#include <cstdint>

namespace {
constexpr int lanes = 16, tile_rows = 12;
}

#include "analysis/torch/kernels_back_impl.h"

namespace weft::torch_part {

extern const Kernels kernels_avx512;
const Kernels kernels_avx512 = {"avx512",  tile_panels,    tile_rows,      linear,
                                attention, arrange,        normalise,      multiply_by,
                                rotate,    normalise_back, attention_back, contribution};

}  // namespace weft::torch_part
