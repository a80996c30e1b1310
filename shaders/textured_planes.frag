#version 460

layout(binding = 2) uniform sampler2D picture;
layout(location = 0) in vec2 in_uv;
layout(location = 1) flat in vec4 in_tint;
layout(location = 0) out vec4 out_color;

void main() { out_color = texture(picture, in_uv) * in_tint; }
