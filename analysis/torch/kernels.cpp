#include "analysis/torch/kernels.h"

namespace weft::torch_part {

extern const Kernels kernels_baseline, kernels_avx2, kernels_avx512;

const Kernels* const* all_cpu_kernels() {
    static const Kernels* list[4] = {};
    static const bool filled = [] {
        const Kernels** next = list;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
            *next++ = &kernels_avx512;
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) *next++ = &kernels_avx2;
        *next = &kernels_baseline;
        return true;
    }();
    static_cast<void>(filled);
    return list;
}

const Kernels& cpu_kernels() {
    return *all_cpu_kernels()[0];
}

void pack_panels(const float* weight, int64_t outer, int64_t inner, float scale, float* packed) {
    for (int64_t n = 0; n < outer; ++n) {
        float* panel = packed + n / panel_width * panel_width * inner + n % panel_width;
        const float* row = weight + n * inner;
        for (int64_t k = 0; k < inner; ++k) panel[k * panel_width] = row[k] * scale;
    }
}

}  // namespace weft::torch_part
