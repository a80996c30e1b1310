// One textured plane, one mesh. Colours are linear, alpha straight.
#ifndef WEFT_QUAD_DATA_H
#define WEFT_QUAD_DATA_H
#include "shaders/shared/interop.h"
WEFT_GPU_BEGIN
struct QuadData {
    vec4 corners[4];  // xyz: top left, top right, bottom right, bottom left
    vec4 tint;
};
struct MeshParams {
    mat4 world_from_mesh;
    vec4 color;
};
WEFT_GPU_END
#endif
