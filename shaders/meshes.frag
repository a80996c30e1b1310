#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/quad_data.h"

layout(std430, binding = 1) readonly buffer Params { MeshParams params; };
layout(location = 0) in vec3 in_normal;
layout(location = 1) in vec3 in_to_eye;
layout(location = 0) out vec4 out_color;

// One light at the eye; both sides are lit.
void main() {
    float facing = abs(dot(normalize(in_normal), normalize(in_to_eye)));
    out_color = vec4(params.color.rgb * (0.25 + 0.75 * facing), params.color.a);
}
