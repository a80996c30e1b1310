#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/frame_params.h"
#include "shaders/shared/quad_data.h"

layout(std140, binding = 0) uniform Frame { FrameParams frame; };
layout(std430, binding = 1) readonly buffer Params { MeshParams params; };
layout(std430, binding = 2) readonly buffer Positions { float positions[]; };
layout(std430, binding = 3) readonly buffer Normals { float normals[]; };
layout(location = 0) out vec3 out_normal;
layout(location = 1) out vec3 out_to_eye;

void main() {
    int at = gl_VertexIndex * 3;
    vec4 world = params.world_from_mesh * vec4(positions[at], positions[at + 1], positions[at + 2], 1.0);
    mat3 normal_from_mesh = transpose(inverse(mat3(params.world_from_mesh)));
    out_normal = normal_from_mesh * vec3(normals[at], normals[at + 1], normals[at + 2]);
    out_to_eye = frame.eye - world.xyz;
    gl_Position = frame.clip_from_world * world;
}
