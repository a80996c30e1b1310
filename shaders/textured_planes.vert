#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/frame_params.h"
#include "shaders/shared/quad_data.h"

layout(constant_id = 0) const uint on_screen = 0;  // corners are in px of the output
layout(std140, binding = 0) uniform Frame { FrameParams frame; };
layout(std430, binding = 1) readonly buffer Quads { QuadData quads[]; };
layout(location = 0) out vec2 out_uv;
layout(location = 1) flat out vec4 out_tint;
layout(location = 2) flat out vec4 out_window;
layout(location = 3) flat out vec4 out_edge;
layout(location = 4) flat out vec4 out_cells;
layout(location = 5) flat out vec4 out_marks;  // saturation, edge px, rule opacity, least px of a ruled cell
layout(location = 6) flat out uvec4 out_kind;  // look, has numbers, smooth, hatched

const int corners[6] = int[](0, 1, 2, 0, 2, 3);
const vec2 uvs[4] = vec2[](vec2(0, 0), vec2(1, 0), vec2(1, 1), vec2(0, 1));

void main() {
    int corner = corners[gl_VertexIndex];
    QuadData quad = quads[gl_InstanceIndex];
    vec3 at = quad.corners[corner].xyz;
    gl_Position = on_screen != 0 ? vec4(at.xy / frame.output_px * 2.0 - 1.0, 0.0, 1.0)
                                 : frame.clip_from_world * vec4(at, 1.0);
    out_uv = uvs[corner];
    out_tint = quad.tint;
    out_window = quad.window;
    out_edge = quad.edge;
    out_cells = quad.cells;
    out_marks = vec4(quad.saturation, quad.edge_px, quad.rule_opacity, quad.least_rule_px);
    out_kind = uvec4(quad.look, quad.has_numbers, quad.smooth_cells, quad.hatches_lower_half);
}
