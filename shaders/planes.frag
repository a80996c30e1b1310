#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/stroke.glsl"

layout(location = 0) in vec4 in_shape;
layout(location = 1) flat in vec4 in_color;
layout(location = 0) out vec4 out_color;

void main() { out_color = vec4(in_color.rgb, in_color.a * stroke_coverage(in_shape, false)); }
