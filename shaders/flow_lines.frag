#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/shared/flow_params.h"

// Weighted order-independent blending, linear light:
//   w = a^1.5 (1 - 0.75 d);  sum (c a w, a w);  T = prod (1 - a)
// Sums are stored times 8: the quotient is the same, the faintest lines stay clear of half floats' denormals, and
// thousands of full lines stop growing at 32768 instead of becoming infinite.
layout(constant_id = 0) const uint pulses = 0;
layout(constant_id = 1) const uint dashes = 0;
layout(std140, binding = 1) uniform Params { FlowParams params; };

layout(location = 0) noperspective in vec4 in_shape;
layout(location = 1) flat in vec4 in_color;
layout(location = 2) noperspective in float in_t;
layout(location = 0) out vec4 out_sum;
layout(location = 1) out vec4 out_transmittance;

void main() {
    // The part of this pixel that the ribbon covers, exact also below one pixel.
    float across = abs(in_shape.x), half_px = in_shape.y;
    float coverage = max(min(half_px, across + 0.5) - max(-half_px, across - 0.5), 0.0) * clamp(in_shape.z, 0.0, 1.0);
    float a = in_shape.w * coverage;
    vec3 color = in_color.rgb;
    if (pulses != 0) {
        float from_bead = (in_t - params.pulse_phase) / params.pulse_sigma;
        float bead = exp(-0.5 * from_bead * from_bead);
        a *= params.pulse_base + params.pulse_gain * bead;
        color = mix(color, vec3(1.0), params.pulse_white * bead);
    }
    if (dashes != 0) {
        // Three fifths of each period are there, with ends as soft as a pixel.
        float period = in_t * params.negative_dashes, soft = max(fwidth(period), 1e-4);
        float from_middle = abs(fract(period) - 0.5);
        float gap = smoothstep(0.3 - 0.5 * soft, 0.3 + 0.5 * soft, from_middle);
        a *= in_color.w < 0.0 ? 1.0 - gap : 1.0;
    }
    a = clamp(a, 0.0, 1.0);
    float aw = 8.0 * a * a * sqrt(a) * abs(in_color.w);
    out_sum = vec4(color * aw, aw);
    out_transmittance = vec4(a);
}
