#include "analysis/matrix_tiles.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft {

namespace {

constexpr unsigned amx_bf16 = 1u << 22, amx_tile = 1u << 24, amx_int8 = 1u << 25;  // leaf 7, 0: EDX

bool has_tiles_of(unsigned kind) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & kind) != 0 && (d & amx_tile) != 0 &&
           __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

bool has_avx512_bf16() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & 1u << 5) != 0;
}

bool system_grants_tiles() {
    // Linux, Documentation/arch/x86/xstate.rst
    constexpr long request_permission = 0x1023, tile_data = 18;
    static const bool grants = syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
    return grants;
}

}  // namespace

bool may_use_matrix_tiles() {
    static const bool may = has_tiles_of(amx_bf16) && has_avx512_bf16() && system_grants_tiles();
    return may;
}

bool may_use_byte_tiles() {
    static const bool may =
        has_tiles_of(amx_int8) && __builtin_cpu_supports("avx512vbmi") && system_grants_tiles();
    return may;
}

}  // namespace weft
