// A straight line between two points in pixels, widened to face the camera, with analytic coverage.

// x: along from a, y: across, in px; z: length, w: half width; all linear on the screen because w = 1
vec4 expand_stroke(vec4 a, vec4 b, vec2 half_px, bool round_caps, int corner, vec2 target_px, out vec4 shape) {
    const float least_w = 1e-3;
    shape = vec4(0.0);
    if (a.w < least_w && b.w < least_w) return vec4(0.0, 0.0, -2.0, 1.0);
    if (a.w < least_w) a = mix(b, a, (b.w - least_w) / (b.w - a.w));
    if (b.w < least_w) b = mix(a, b, (a.w - least_w) / (a.w - b.w));
    vec2 a_px = a.xy / a.w * 0.5 * target_px, b_px = b.xy / b.w * 0.5 * target_px;
    vec2 way = b_px - a_px;
    float length_px = length(way);
    vec2 along = length_px > 1e-3 ? way / length_px : vec2(1.0, 0.0);
    vec2 across = vec2(-along.y, along.x);
    bool at_b = (corner & 1) != 0;
    float half_here = at_b ? half_px.y : half_px.x;
    float pad = half_here + 1.0;
    float cap = round_caps ? pad : 1.0;
    float x = at_b ? length_px + cap : -cap;
    float y = (corner & 2) != 0 ? pad : -pad;
    shape = vec4(x, y, length_px, half_here);
    vec2 px = a_px + along * x + across * y;
    float depth = at_b ? b.z / b.w : a.z / a.w;
    return vec4(px / (0.5 * target_px), depth, 1.0);
}

float stroke_coverage(vec4 shape, bool round_caps) {
    float from_axis_px = abs(shape.y);
    float across = max(min(shape.w, from_axis_px + 0.5) - max(-shape.w, from_axis_px - 0.5), 0.0);
    if (!round_caps)
        return across * clamp(shape.x + 0.5, 0.0, 1.0) * clamp(shape.z - shape.x + 0.5, 0.0, 1.0);
    vec2 from_axis = vec2(shape.x - clamp(shape.x, 0.0, shape.z), shape.y);
    return clamp(shape.w + 0.5 - length(from_axis), 0.0, 1.0);
}
