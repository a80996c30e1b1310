// Four corners for each quad of one kind; text and pictures lie pixel for pixel on the target, pills may be turned.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/labels.h"

layout(set = 0, binding = 0, std430) readonly buffer Quads { LabelQuad quads[]; };

layout(constant_id = 0) const uint kind = label_text;

layout(push_constant) uniform Push { LabelPush push; };

// The quad's values, flat: a software device reads them once a triangle instead of once a pixel.
layout(location = 0) flat out vec4 text_color;
layout(location = 1) flat out vec4 halo_color;
layout(location = 2) flat out ivec4 texels_at;  // first pixel x, y; width; first texel
layout(location = 3) flat out vec3 pill;        // half size, corner, px
layout(location = 4) out vec2 pill_px;    // from the pill's centre, along its sides

const vec2 corners[6] = vec2[](vec2(0, 0), vec2(1, 0), vec2(0, 1), vec2(0, 1), vec2(1, 0), vec2(1, 1));

void main() {
    const LabelQuad quad = quads[push.first_quad + gl_InstanceIndex];
    const vec2 corner = corners[gl_VertexIndex];
    vec2 position = quad.rect.xy + corner * quad.rect.zw;
    pill_px = vec2(0.0);
    if (kind == label_pill) {
        pill_px = (2.0 * corner - 1.0) * (quad.rect.zw + 1.0);
        const float c = cos(quad.angle), s = sin(quad.angle);
        position = quad.rect.xy + vec2(c * pill_px.x + s * pill_px.y, c * pill_px.y - s * pill_px.x);
    }
    text_color = quad.color;
    halo_color = quad.halo;
    texels_at = ivec4(quad.rect.xyz, quad.offset);
    pill = vec3(quad.rect.zw, quad.corner);
    gl_Position = vec4(position * push.ndc_per_px - 1.0, 0.0, 1.0);
}
