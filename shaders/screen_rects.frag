#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/rect_data.h"

layout(std430, binding = 1) readonly buffer Rects { RectData rects[]; };
layout(location = 0) in vec2 in_px;
layout(location = 1) flat in int in_rect;
layout(location = 0) out vec4 out_color;

// Signed distance to the outline in px, negative inside.
float outline(RectData rect, vec2 px) {
    vec2 center = 0.5 * (rect.low + rect.high), half_size = 0.5 * (rect.high - rect.low);
    vec2 from_center = abs(px - center);
    if (rect.right_height_px >= 0.0) {
        float x = clamp((px.x - rect.low.x) / max(rect.high.x - rect.low.x, 1e-3), 0.0, 1.0);
        float half_height = 0.5 * mix(rect.high.y - rect.low.y, rect.right_height_px, x);
        return max(from_center.x - half_size.x, from_center.y - half_height);
    }
    float corner = min(rect.corner_px, min(half_size.x, half_size.y));
    vec2 beyond = from_center - half_size + corner;
    return length(max(beyond, 0.0)) + min(max(beyond.x, beyond.y), 0.0) - corner;
}

void main() {
    RectData rect = rects[in_rect];
    float distance_px = outline(rect, in_px);
    float inside = clamp(0.5 - distance_px, 0.0, 1.0);
    float in_border = rect.border_px > 0.0 ? clamp(distance_px + rect.border_px + 0.5, 0.0, 1.0) : 0.0;
    float border = in_border * rect.border.a;
    // border over fill
    float alpha = border + rect.fill.a * (1.0 - border);
    vec3 rgb = alpha > 0.0 ? (rect.border.rgb * border + rect.fill.rgb * rect.fill.a * (1.0 - border)) / alpha : vec3(0.0);
    out_color = vec4(rgb, alpha * inside);
}
