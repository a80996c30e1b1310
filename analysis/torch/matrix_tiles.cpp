#include "analysis/torch/matrix_tiles.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::torch_part {

namespace {

bool has_matrix_tiles() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
    constexpr unsigned amx_bf16 = 1u << 22, amx_tile = 1u << 24;
    if ((d & amx_bf16) == 0 || (d & amx_tile) == 0) return false;
    if (!__get_cpuid_count(7, 1, &a, &b, &c, &d)) return false;
    constexpr unsigned avx512_bf16 = 1u << 5;
    return (a & avx512_bf16) != 0 && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
}

}  // namespace

bool may_use_matrix_tiles() {
    // Linux, Documentation/arch/x86/xstate.rst
    constexpr long request_permission = 0x1023, tile_data = 18;
    static const bool may = has_matrix_tiles() && syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
    return may;
}

}  // namespace weft::torch_part
