#include "analysis/torch/kernels.h"

#include "analysis/matrix_tiles.h"

namespace weft::torch_part {

extern const Kernels kernels_baseline, kernels_avx2, kernels_avx512, kernels_amx;

const Kernels* const* all_cpu_kernels() {
    static const Kernels* list[5] = {};
    static const bool filled = [] {
        const Kernels** next = list;
        if (may_use_matrix_tiles()) *next++ = &kernels_amx;
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
    // In squares, so that neither the rows that are read nor the panels that are written leave the cache.
    constexpr int64_t depth = 64;
    for (int64_t n = 0; n < outer; n += panel_width, packed += inner * panel_width) {
        const int64_t rows = outer - n < panel_width ? outer - n : panel_width;
        for (int64_t begin = 0; begin < inner; begin += depth) {
            const int64_t end = begin + depth < inner ? begin + depth : inner;
            for (int64_t r = 0; r < panel_width; ++r) {
                const float* row = weight + (n + r) * inner;
                for (int64_t k = begin; k < end; ++k)
                    packed[k * panel_width + r] = r < rows ? row[k] * scale : 0.0f;
            }
        }
    }
}

void pack_panels_transposed(const float* weight, int64_t outer, int64_t inner, float scale, int64_t first,
                            int64_t all_outer, float* packed) {
    for (int64_t n = 0; n < outer; ++n)
        for (int64_t k = 0; k < inner; k += panel_width) {
            float* to = packed + (k / panel_width * all_outer + first + n) * panel_width;
            for (int64_t c = 0; c < panel_width; ++c) to[c] = weight[n * inner + k + c] * scale;
        }
}

}  // namespace weft::torch_part
