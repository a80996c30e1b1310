#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/flow_select.glsl"
#include "shaders/shared/scan_256.glsl"

// One group: counts become first places, their sum the indirect draw.
void main() {
    uint per_thread = (params.group_count + 255) / 256;
    uint first = gl_LocalInvocationID.x * per_thread, last = min(first + per_thread, params.group_count), sum = 0, total;
    for (uint g = first; g < last; ++g) sum += groups[g];
    uint place = exclusive_sum(sum, total);
    for (uint g = first; g < last; ++g) {
        uint count = groups[g];
        groups[g] = place;
        place += count;
    }
    if (gl_LocalInvocationID.x == 0)
        draw = FlowDraw(params.indices_per_chunk, (total + 63) / 64, 0, 0, 0, total, 0, 0);
}
