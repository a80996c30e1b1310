#version 460

// Flow lines that the processor has drawn, onto the ground.
layout(binding = 0) uniform sampler2D picture;
layout(location = 0) out vec4 out_color;

void main() {
    out_color = texelFetch(picture, ivec2(gl_FragCoord.xy), 0);
    if (out_color.a == 0.0) discard;
}
