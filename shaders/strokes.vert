#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/frame_params.h"
#include "shaders/shared/stroke_data.h"
#include "shaders/shared/stroke.glsl"

layout(std140, binding = 0) uniform Frame { FrameParams frame; };
layout(std430, binding = 1) readonly buffer Strokes { StrokeData strokes[]; };
layout(location = 0) out vec4 out_shape;
layout(location = 1) flat out vec4 out_color;
layout(location = 2) flat out uint out_round;

const int corners[6] = int[](0, 1, 2, 2, 1, 3);

void main() {
    StrokeData s = strokes[gl_InstanceIndex];
    vec4 a = frame.clip_from_world * vec4(s.a, 1.0), b = frame.clip_from_world * vec4(s.b, 1.0);
    bool round_caps = s.round_caps != 0 || s.a == s.b;
    vec2 px_per_u = frame.px_per_u_at_1 / max(vec2(a.w, b.w), 1e-3);
    vec2 width = max(vec2(s.width_px * frame.px_scale), s.width_u * px_per_u);
    gl_Position = expand_stroke(a, b, 0.5 * width, round_caps, corners[gl_VertexIndex], frame.scene_px, out_shape);
    out_color = s.color;
    out_round = uint(round_caps);
}
