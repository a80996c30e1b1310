#version 460

// The flow lines' weighted mean colour over the ground: mean * (1 - T), blended with ground * T.
layout(binding = 0) uniform sampler2D sums;
layout(binding = 1) uniform sampler2D transmittances;
layout(location = 0) out vec4 out_color;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    float cover = 1.0 - texelFetch(transmittances, at, 0).r;
    vec4 sum = texelFetch(sums, at, 0);
    out_color = vec4(sum.rgb / max(sum.a, 1e-7) * cover, cover);
}
