// One textured plane, one mesh. Colours are linear, alpha straight.
#ifndef WEFT_QUAD_DATA_H
#define WEFT_QUAD_DATA_H
#include "shaders/shared/interop.h"
WEFT_GPU_BEGIN
struct QuadData {
    vec4 corners[4];  // xyz: top left, top right, bottom right, bottom left
    vec4 tint;
    vec4 window;      // of the image: left, top, right, bottom, 0..1
    vec4 edge;
    vec4 cells;       // first column, first row, columns, rows; no columns: no grid
    float saturation;
    float edge_px;
    float rule_opacity;  // below 0: of black
    float least_rule_px;
    uint look;        // TexturedLook
    uint has_numbers;
    uint smooth_cells;
    uint hatches_lower_half;
    uint sharp_texels;  // of the image: each one a piece
    uint pad0, pad1, pad2;
};
struct MeshParams {
    mat4 world_from_mesh;
    vec4 color;
};
WEFT_GPU_END
#endif
