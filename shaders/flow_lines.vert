#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/flow_params.h"
#include "shaders/shared/frame_params.h"

// One instance is a chunk of 64 lines. A vertex number is line << 8 | point << 1 | side.
layout(std140, binding = 0) uniform Frame { FrameParams frame; };
layout(std140, binding = 1) uniform Params { FlowParams params; };
layout(std430, binding = 2) readonly buffer Colors { vec4 colors[]; };
layout(std430, binding = 3) readonly buffer Indices { uint indices[]; };
layout(std430, binding = 4) readonly buffer Values { float values[]; };
layout(std140, binding = 5) uniform Draw { FlowDraw draw; };
layout(push_constant) uniform Push { FlowSegments segments; } push;

layout(location = 0) noperspective out vec4 out_shape;  // px across, half width, px to the nearer end, opacity
layout(location = 1) flat out vec4 out_color;           // rgb, weight of depth; that below 0: so is the value
layout(location = 2) noperspective out float out_t;

// Where along the line its point number `part` (0..1) lies: partly evenly in t, partly evenly in the angle of the
// tangent (the more so the fewer segments there are), so that steep lines do not break into corners at their ends.
// With p = t (1 - t) and both handles half the run, tan(angle) = 6 p rise / ((1.5 - 3 p) run).
float t_of_point(float part, float rise, float run, float inverse_segments) {
    float slope = max(rise / max(run, 1e-6), 1e-3);
    float half_part = 1.0 - abs(2.0 * part - 1.0);
    float tangent = tan(half_part * atan(2.0 * slope));
    float p = 1.5 * tangent / (6.0 * slope + 3.0 * tangent);
    float t = 0.5 - 0.5 * sqrt(max(1.0 - 4.0 * p, 0.0));
    return mix(part, part > 0.5 ? 1.0 - t : t, min(0.4 + 4.0 * inverse_segments, 1.0));
}

// As renderer/flow/points.h has it.
const float least_segments = 2.0, most_of_middle = 3.0, steep_part = 0.25, near_eye_fades = 2.0;
float segments_of_line(vec3 from, vec3 to, vec3 world_axis) {
    mat3 turn = mat3(frame.view_from_world);
    vec3 middle = (frame.view_from_world * vec4(0.5 * (from + to), 1.0)).xyz;
    vec3 way = turn * (to - from), axis = turn * world_axis;
    vec3 run = dot(way, axis) * axis, rise = way - run;
    float nearest = -middle.z - 0.5 * abs(way.z);
    if (nearest < near_eye_fades * frame.near_fade_u) return push.segments.most;
    vec2 lean = middle.xy / -middle.z;
    vec2 along = run.xy + lean * run.z, across = rise.xy + lean * rise.z;
    float area = abs(along.x * across.y - along.y * across.x);
    float reach = sqrt(dot(along, along) + steep_part * steep_part * dot(across, across) + 1e-12);
    float bend_px = area / reach * frame.px_per_u_at_1 / nearest;
    float least = clamp(2.0 * params.negative_dashes, least_segments, push.segments.most / most_of_middle);
    return clamp(floor(push.segments.per_root_px * sqrt(bend_px) + 0.5), least, push.segments.most);
}

// No branch here depends on uniforms alone: Mesa's software device (22.3) writes such values into the code and compiles
// the shader again for every draw.
void main() {
    out_shape = vec4(0.0);
    out_color = vec4(0.0);
    out_t = 0.0;
    gl_Position = vec4(0.0, 0.0, -2.0, 1.0);  // outside
    uint line = uint(gl_InstanceIndex) * 64u + (uint(gl_VertexIndex) >> 8);
    if (line >= draw.line_count) return;
    uint flat_index = indices[line];
    float value = values[line + params.dense_values * (flat_index - line)];
    uint slice_row = flat_index / params.columns;
    uint c = flat_index - slice_row * params.columns;
    uint s = slice_row / params.rows;
    uint r = slice_row - s * params.rows;

    vec3 p0 = params.source_origin + float(s) * params.source_slice_step +
              float(c) * params.source_column_step;
    vec3 p3 = params.target_origin + float(s) * params.target_slice_step +
              float(r) * params.target_row_step;
    vec3 handle = params.axis * params.handle_u;
    float run = dot(p3 - p0, params.axis);
    // Points beyond the last one are the last one: nothing lies between them.
    float segments = segments_of_line(p0, p3, params.axis);
    float part = min(float((gl_VertexIndex >> 1) & 127), segments) / segments;
    float t = t_of_point(part, length(p3 - p0 - run * params.axis), run, 1.0 / segments) * params.grow;
    float u = 1.0 - t;
    // Bezier with p1 = p0 + handle, p2 = p3 - handle
    vec3 point = (u * u * (u + 3.0 * t)) * p0 + (t * t * (t + 3.0 * u)) * p3 + (3.0 * u * t * (u - t)) * handle;
    vec3 tangent = 6.0 * u * t * (p3 - p0) + (3.0 * (u * u - 4.0 * u * t + t * t)) * handle;
    vec3 view = (frame.view_from_world * vec4(point, 1.0)).xyz;
    vec3 view_tangent = mat3(frame.view_from_world) * tangent;

    // Widened at right angles to the tangent and to the ray from the eye.
    vec3 side = cross(view_tangent, view);
    float side_length = length(side);
    side = side_length > 1e-6 ? side / side_length : vec3(0.0, 1.0, 0.0);
    float distance_u = max(-view.z, 1e-3);
    float px_per_u = frame.px_per_u_at_1 / distance_u;
    float strength = abs(value);
    float wanted_px = params.width_u * sqrt(strength) * mix(1.0, params.taper, t) * px_per_u;
    float min_px = params.min_px;
    float width_px = clamp(wanted_px, min_px, max(min_px, params.max_px));
    float opacity = clamp(pow(strength, params.opacity_power), params.opacity_min,
                          params.opacity_max);
    if (strength == 0.0) opacity = 0.0;
    uint color_index = params.first_color + (value < 0.0 ? params.negative_color : 0u) + s;
    vec4 color = colors[color_index];
    float depth = clamp((-view.z - frame.nearest_u) * frame.inverse_range_u, 0.0, 1.0);
    opacity *= params.opacity_scale * color.a * min(1.0, wanted_px / max(min_px, 1e-6)) *
               (1.0 - params.depth_fade * depth);
    float full_px = params.width_u * sqrt(strength) * px_per_u;
    opacity *= clamp(5.0 * (full_px - params.least_px) / max(params.least_px, 1e-6), 0.0, 1.0);
    opacity *= smoothstep(0.25 * frame.near_fade_u, frame.near_fade_u, length(view));

    float half_px = 0.5 * width_px;
    float pad_px = half_px + 0.51;
    float across_px = (gl_VertexIndex & 1) != 0 ? pad_px : -pad_px;
    float chord_px = (abs(p3.x - p0.x) + abs(p3.y - p0.y) + abs(p3.z - p0.z)) * px_per_u;
    out_shape = vec4(across_px, half_px, min(t, params.grow - t) * chord_px + 0.5, opacity);
    out_color = vec4(color.rgb, (1.0 - 0.75 * depth) * (value < 0.0 ? -1.0 : 1.0));
    out_t = t;
    gl_Position = frame.clip_from_view * vec4(view + side * (across_px / px_per_u), 1.0);
}
