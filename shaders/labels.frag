// Premultiplied: text or its halo, a colour picture, or a rounded box.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/labels.h"

// Two coverages for text, four colours for pictures. A texel buffer, because software devices read these in vectors
// but storage buffers lane by lane.
layout(set = 0, binding = 1) uniform textureBuffer texels;

// One pipeline for each kind: a software device would pay for all three branches at every pixel.
layout(constant_id = 0) const uint kind = label_text;

layout(location = 0) flat in vec4 text_color;
layout(location = 1) flat in vec4 halo_color;
layout(location = 2) flat in ivec4 texels_at;
layout(location = 3) flat in vec3 pill;
layout(location = 4) in vec2 pill_px;
layout(location = 0) out vec4 color;

float pill_coverage() {
    const float corner = min(pill.z, min(pill.x, pill.y));
    const vec2 outside = abs(pill_px) - (pill.xy - corner);
    const float distance_px = length(max(outside, 0.0)) + min(max(outside.x, outside.y), 0.0) - corner;
    return clamp(0.5 - distance_px, 0.0, 1.0);
}

void main() {
    const ivec2 at = ivec2(gl_FragCoord.xy) - texels_at.xy;
    const int index = texels_at.w + at.y * texels_at.z + at.x;
    if (kind == label_text) {
        const vec2 coverage = texelFetch(texels, index).rg;
        const float text = text_color.a * coverage.r;
        const float halo = halo_color.a * coverage.g * (1.0 - text);
        color = vec4(text_color.rgb * text + halo_color.rgb * halo, text + halo);
    } else if (kind == label_picture) {
        color = texelFetch(texels, index) * text_color.a;
    } else {
        const float alpha = text_color.a * pill_coverage();
        color = vec4(text_color.rgb * alpha, alpha);
    }
}
