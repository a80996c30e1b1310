#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/frame_params.h"
#include "shaders/shared/stroke_data.h"
#include "shaders/shared/stroke.glsl"

layout(std140, binding = 0) uniform Frame { FrameParams frame; };
layout(std430, binding = 1) readonly buffer Planes { PlaneData planes[]; };
layout(location = 0) out vec4 out_shape;
layout(location = 1) flat out vec4 out_color;

const int corners[6] = int[](0, 1, 2, 2, 1, 3);
const int fill_corners[6] = int[](0, 1, 2, 0, 2, 3);

// Per plane: 6 vertices of the fill, then 6 for each side of the border.
void main() {
    PlaneData p = planes[gl_InstanceIndex];
    if (gl_VertexIndex < 6) {
        gl_Position = frame.clip_from_world * vec4(p.corners[fill_corners[gl_VertexIndex]].xyz, 1.0);
        out_shape = vec4(1.0, 0.0, 2.0, 1.0);  // inside everywhere
        out_color = p.fill;
        return;
    }
    int side = gl_VertexIndex / 6 - 1;
    vec4 a = frame.clip_from_world * vec4(p.corners[side].xyz, 1.0);
    vec4 b = frame.clip_from_world * vec4(p.corners[(side + 1) & 3].xyz, 1.0);
    vec2 half_px = vec2(0.5 * p.edge_px * frame.px_scale);
    gl_Position = expand_stroke(a, b, half_px, false, corners[gl_VertexIndex % 6], frame.scene_px, out_shape);
    out_color = p.edge;
}
