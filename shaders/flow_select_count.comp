#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/flow_select.glsl"
#include "shaders/shared/scan_256.glsl"

void main() {
    uint first = gl_GlobalInvocationID.x * entries_per_thread, count = 0, total;
    for (uint k = 0; k < entries_per_thread; ++k) count += uint(passes(first + k));
    exclusive_sum(count, total);
    if (gl_LocalInvocationID.x == 0) groups[gl_WorkGroupID.x] = total;
}
