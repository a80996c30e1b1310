#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/frame_params.h"
#include "shaders/shared/rect_data.h"

layout(std140, binding = 0) uniform Frame { FrameParams frame; };
layout(std430, binding = 1) readonly buffer Rects { RectData rects[]; };
layout(location = 0) out vec2 out_px;
layout(location = 1) flat out int out_rect;

const int corners[6] = int[](0, 1, 2, 2, 1, 3);

void main() {
    RectData rect = rects[gl_InstanceIndex];
    int at = corners[gl_VertexIndex];
    vec2 corner = vec2(at & 1, at >> 1);
    float taller = max(0.0, 0.5 * (rect.right_height_px - (rect.high.y - rect.low.y)));
    vec2 pad = vec2(1.0, 1.0 + taller);
    out_px = mix(rect.low - pad, rect.high + pad, corner);
    out_rect = gl_InstanceIndex;
    gl_Position = vec4(out_px / frame.output_px * 2.0 - 1.0, 0.0, 1.0);
}
