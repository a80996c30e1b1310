#include "analysis/method/method_kernels.h"

namespace weft {

extern const MethodKernels method_kernels_baseline, method_kernels_avx2, method_kernels_avx512;

const MethodKernels* const* all_method_kernels() {
    static const MethodKernels* list[4] = {};
    static const bool filled = [] {
        const MethodKernels** next = list;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
            *next++ = &method_kernels_avx512;
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) *next++ = &method_kernels_avx2;
        *next = &method_kernels_baseline;
        return true;
    }();
    static_cast<void>(filled);
    return list;
}

const MethodKernels& method_kernels() {
    return *all_method_kernels()[0];
}

}  // namespace weft
