#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/frame_params.h"
#include "shaders/shared/quad_data.h"

layout(constant_id = 0) const uint on_screen = 0;  // corners are in px of the picture
layout(std140, binding = 0) uniform Frame { FrameParams frame; };
layout(std430, binding = 1) readonly buffer Quads { QuadData quads[]; };
layout(location = 0) out vec2 out_uv;
layout(location = 1) flat out vec4 out_tint;
layout(location = 2) flat out vec4 out_window;
layout(location = 3) flat out vec4 out_edge;
layout(location = 4) flat out vec4 out_cells;
layout(location = 5) flat out vec4 out_marks;  // saturation, edge px, rule opacity, least px of a ruled cell
layout(location = 6) flat out uvec4 out_kind;  // look, has numbers, smooth, hatched
layout(location = 7) flat out uint out_sharp_texels;

const int corners[6] = int[](0, 1, 2, 0, 2, 3);
const vec2 uvs[4] = vec2[](vec2(0, 0), vec2(1, 0), vec2(1, 1), vec2(0, 1));

const vec2 sides[4] = vec2[](vec2(-1, -1), vec2(1, -1), vec2(1, 1), vec2(-1, 1));
const float beyond_px = 2.0;

// In parts of its sides, how far a plane is drawn beyond its border: every pixel that the border crosses is there, and
// has as much of the plane as is in it. Without that a pixel whose middle lies on the border is in or out by rounding.
vec2 beyond_border(QuadData quad) {
    vec2 px[4];
    for (int i = 0; i < 4; ++i) {
        vec4 clip = frame.clip_from_world * vec4(quad.corners[i].xyz, 1.0);
        if (clip.w < 1e-3) return vec2(0.0);
        px[i] = clip.xy / clip.w * 0.5 * frame.scene_px;
    }
    vec2 side_px = vec2(min(distance(px[0], px[1]), distance(px[3], px[2])), min(distance(px[0], px[3]), distance(px[1], px[2])));
    return min(beyond_px / max(side_px, vec2(1e-3)), vec2(0.25));
}

void main() {
    int corner = corners[gl_VertexIndex];
    QuadData quad = quads[gl_InstanceIndex];
    vec3 at = quad.corners[corner].xyz;
    out_uv = uvs[corner];
    if (on_screen != 0) {
        // On whole pixels for the same reason.
        vec2 px = floor(at.xy * frame.scene_px / frame.picture_px + 0.5);
        gl_Position = vec4(px / frame.scene_px * 2.0 - 1.0, 0.0, 1.0);
    } else {
        vec2 more = sides[corner] * beyond_border(quad);
        at += more.x * (quad.corners[1].xyz - quad.corners[0].xyz) + more.y * (quad.corners[3].xyz - quad.corners[0].xyz);
        gl_Position = frame.clip_from_world * vec4(at, 1.0);
        out_uv += more;
    }
    out_tint = quad.tint;
    out_window = quad.window;
    out_edge = quad.edge;
    out_cells = quad.cells;
    out_marks = vec4(quad.saturation, quad.edge_px, quad.rule_opacity, quad.least_rule_px);
    out_kind = uvec4(quad.look, quad.has_numbers, quad.smooth_cells, quad.hatches_lower_half);
    out_sharp_texels = quad.sharp_texels;
}
