#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/flow_select.glsl"
#include "shaders/shared/scan_256.glsl"

void main() {
    uint first = gl_GlobalInvocationID.x * entries_per_thread, count = 0, total;
    bool kept[entries_per_thread];
    for (uint k = 0; k < entries_per_thread; ++k) {
        kept[k] = passes(first + k);
        count += uint(kept[k]);
    }
    uint place = groups[gl_WorkGroupID.x] + exclusive_sum(count, total);
    for (uint k = 0; k < entries_per_thread; ++k)
        if (kept[k]) indices[place++] = first + k;
}
