#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/frame_params.h"

// Most planes are an image alone: what they do not need is not even compiled for them.
layout(constant_id = 0) const uint on_screen = 0;
layout(constant_id = 1) const uint has_cells = 1;  // a look other than the image's
layout(constant_id = 2) const uint has_marks = 1;  // rules between cells, an edge
layout(std140, binding = 0) uniform Frame { FrameParams frame; };
layout(binding = 2) uniform sampler2D picture;
layout(binding = 3) uniform sampler2D numbers;
layout(binding = 4) uniform sampler2D colors;
layout(location = 0) in vec2 in_uv;
layout(location = 1) flat in vec4 in_tint;
layout(location = 2) flat in vec4 in_window;
layout(location = 3) flat in vec4 in_edge;
layout(location = 4) flat in vec4 in_cells;
layout(location = 5) flat in vec4 in_marks;
layout(location = 6) flat in uvec4 in_kind;
layout(location = 7) flat in uint in_sharp_texels;
layout(location = 0) out vec4 out_color;

const uint look_image = 0, look_spotlight = 1, look_map = 2;
const float beyond_image = 0.18, hatch_period_px = 6.0, hatch_opacity = 0.6, least_hatched = 0.02;

vec4 over(vec4 top, vec4 bottom) {
    float alpha = top.a + bottom.a * (1.0 - top.a);
    vec3 rgb = top.rgb * top.a + bottom.rgb * bottom.a * (1.0 - top.a);
    return vec4(alpha > 0.0 ? rgb / alpha : vec3(0.0), alpha);
}

// x: the number, y: 1 where the cell has one, else 0.
vec2 cell_number(ivec2 cell) {
    ivec2 count = ivec2(in_cells.zw);
    vec4 texel = texelFetch(numbers, ivec2(in_cells.xy) + clamp(cell, ivec2(0), count - 1), 0);
    return vec2(texel.a, texel.r > 0.2 ? 0.0 : 1.0);  // red is decoded from sRGB: 127 is 0.21
}

// Keys' cubic, a = -1/2: goes through the numbers at the cells' middles.
vec4 cubic_weights(float t) {
    return 0.5 * vec4(-t * t * t + 2.0 * t * t - t, 3.0 * t * t * t - 5.0 * t * t + 2.0, -3.0 * t * t * t + 4.0 * t * t + t,
                      t * t * t - t * t);
}

// The smooth number at `at`, in cells from the top left; y as above.
vec2 number_at(vec2 at) {
    vec2 nearest = cell_number(ivec2(floor(at + 1.0 / 1024.0)));
    if (nearest.y == 0.0) return nearest;
    vec2 from_middle = at - 0.5;
    ivec2 base = ivec2(floor(from_middle));
    vec4 across = cubic_weights(from_middle.x - float(base.x)), down = cubic_weights(from_middle.y - float(base.y));
    float sum = 0.0, weights = 0.0;
    for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 4; ++x) {
            vec2 number = cell_number(base + ivec2(x - 1, y - 1));
            float weight = across[x] * down[y] * number.y;
            sum += weight * number.x;
            weights += weight;
        }
    return vec2(weights > 0.25 ? clamp(sum / weights, 0.0, 1.0) : nearest.x, 1.0);
}

// How far `value` moves from pixel to pixel.
vec2 per_px(vec2 value) {
    vec2 right = dFdx(value), down = dFdy(value);
    return max(sqrt(right * right + down * down), vec2(1e-6));
}

// `uv_px`: of the image from pixel to pixel. A border of texels or of the image that crosses a pixel shares it out: where it
// crossed the middle, rounding would decide.
vec4 image_color(vec2 uv, vec2 uv_px) {
    vec2 at = uv;
    if (in_sharp_texels != 0) {
        vec2 size = vec2(textureSize(picture, 0)), border = floor(uv * size + 0.5);
        at = (border + clamp((uv * size - border) / (uv_px * size), -0.5, 0.5)) / size;
    }
    vec4 color = textureLod(picture, at, 0.0);
    if (any(lessThan(in_window.xy, vec2(0.0))) || any(greaterThan(in_window.zw, vec2(1.0)))) {
        vec2 inside = clamp(min(uv, 1.0 - uv) / uv_px + 0.5, 0.0, 1.0);
        color = mix(vec4(vec3(beyond_image), 1.0), color, inside.x * inside.y);
    }
    color.rgb = mix(vec3(dot(color.rgb, vec3(0.2126, 0.7152, 0.0722))), color.rgb, in_marks.x);
    return color;
}

vec4 looked_up(vec2 number) {
    float size = float(textureSize(colors, 0).x);
    vec4 color = textureLod(colors, vec2((number.x * (size - 1.0) + 0.5) / size, 0.5), 0.0);
    if (in_kind.w != 0 && number.x < 0.5 - least_hatched) {
        float px = dot(gl_FragCoord.xy - frame.origin_px, vec2(1.0)) / max(frame.px_scale, 0.5);
        float from_stripe = abs(fract(px / hatch_period_px) - 0.5) * hatch_period_px;
        float stripe = clamp(1.5 - from_stripe, 0.0, 1.0);
        color.rgb = mix(color.rgb, vec3(dot(color.rgb, vec3(0.2126, 0.7152, 0.0722)) > 0.18 ? 0.0 : 1.0),
                        hatch_opacity * stripe);
    }
    return color;
}

// Of one cell.
vec4 cell_color(vec2 number, vec4 image) {
    vec4 color = in_kind.x == look_map ? looked_up(number) : image;
    // As bright as the number says to the eye, which sees roots of light.
    color.a *= number.y * (in_kind.x == look_map ? 1.0 : pow(number.x, 2.2));
    return color;
}

// Cells share the pixels that their borders cross. `cell_px`: cells from pixel to pixel.
vec4 cells_color(vec2 at, vec2 cell_px, vec4 image) {
    if (in_kind.z != 0) return cell_color(number_at(at), image);
    vec2 border = floor(at + 0.5);
    vec2 next = clamp((at - border) / cell_px + 0.5, 0.0, 1.0);
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 4; ++i) {
        ivec2 side = ivec2(i & 1, i >> 1);
        float part = (side.x == 0 ? 1.0 - next.x : next.x) * (side.y == 0 ? 1.0 - next.y : next.y);
        if (part <= 0.0) continue;
        vec4 color = cell_color(cell_number(ivec2(border) - 1 + side), image);
        sum += part * vec4(color.rgb * color.a, color.a);
    }
    return vec4(sum.a > 0.0 ? sum.rgb / sum.a : vec3(0.0), sum.a);
}

vec4 marked(vec4 color, vec2 at, vec2 at_px, vec2 uv_px) {
    vec2 cell_px = 1.0 / at_px;
    float px_scale = max(frame.px_scale, 0.01);
    if (in_marks.z != 0.0 && in_cells.z > 0.0 && min(cell_px.x, cell_px.y) >= in_marks.w * px_scale) {
        vec2 from_rule_px = abs(at - round(at)) * cell_px;
        bvec2 is_inner = bvec2(round(at.x) > 0.5 && round(at.x) < in_cells.z - 0.5,
                               round(at.y) > 0.5 && round(at.y) < in_cells.w - 0.5);
        vec2 rule = clamp(0.5 * px_scale + 0.5 - from_rule_px, 0.0, 1.0) * vec2(is_inner);
        vec3 ink = vec3(in_marks.z > 0.0 ? 1.0 : 0.0);
        color = over(vec4(ink, abs(in_marks.z) * max(rule.x, rule.y)), color);
    }
    if (in_marks.y > 0.0) {
        vec2 from_border = min(in_uv, 1.0 - in_uv) / uv_px;
        float border = clamp(in_marks.y * px_scale + 0.5 - min(from_border.x, from_border.y), 0.0, 1.0);
        color = over(vec4(in_edge.rgb, in_edge.a * border), color);
    }
    return color;
}

void main() {
    vec2 uv = clamp(in_uv, 0.0, 1.0), uv_px = per_px(in_uv);
    vec2 at = uv * in_cells.zw, at_px = max(uv_px * in_cells.zw, vec2(1e-6));
    vec2 shown = in_window.zw - in_window.xy;
    vec4 color = vec4(0.0);
    bool has_look = has_cells != 0 && in_kind.x != look_image;
    if (!has_look || in_kind.x == look_spotlight)
        color = image_color(mix(in_window.xy, in_window.zw, uv), max(uv_px * abs(shown), vec2(1e-6)));
    if (has_look) color = in_kind.y != 0 ? cells_color(at, at_px, color) : vec4(0.0);
    color *= in_tint;
    if (has_marks != 0) color = marked(color, at, at_px, uv_px);
    if (on_screen == 0) {
        vec2 covered = clamp(min(in_uv, 1.0 - in_uv) / uv_px + 0.5, 0.0, 1.0);
        color.a *= covered.x * covered.y;
    }
    out_color = color;
}
