// One stroke, one plane: what the shaders read. Colours are linear, alpha straight.
#ifndef WEFT_STROKE_DATA_H
#define WEFT_STROKE_DATA_H
#include "shaders/shared/interop.h"
WEFT_GPU_BEGIN
struct StrokeData {
    vec3 a;
    float width_u;
    vec3 b;
    float width_px;
    vec4 color;
    uint round_caps;
    uint pad0, pad1, pad2;
};
struct PlaneData {
    vec4 corners[4];  // xyz
    vec4 fill;
    vec4 edge;
    float edge_px;
    float pad0, pad1, pad2;
};
WEFT_GPU_END
#endif
