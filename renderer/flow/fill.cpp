#include "renderer/flow/fill.h"

namespace weft {

extern const FlowFill flow_fill_baseline, flow_fill_avx2;

FlowBand::FlowBand(int most_columns, int most_rows)
    : columns(most_columns),
      stride(most_columns + spare),
      red(size_t(stride) * size_t(most_rows)),
      green(red.size()),
      blue(red.size()),
      weight(red.size()),
      transmittance(red.size(), 1.0f),
      touched(size_t(most_rows), {most_columns, 0}) {}

const FlowFill& flow_fill() {
    static const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return has_avx2 ? flow_fill_avx2 : flow_fill_baseline;
}

}  // namespace weft
