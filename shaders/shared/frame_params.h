// What every pass of a frame shares.
#ifndef WEFT_FRAME_PARAMS_H
#define WEFT_FRAME_PARAMS_H
#include "shaders/shared/interop.h"
WEFT_GPU_BEGIN
struct FrameParams {
    mat4 view_from_world;
    mat4 clip_from_view;
    mat4 clip_from_world;
    vec3 eye;
    float near_fade_u;       // above 0; tiny: off
    vec2 scene_px;           // size of the 3D targets
    vec2 output_px;          // size of the overlay target
    float px_scale;          // a design pixel in pixels of the 3D targets
    float px_per_u_at_1;     // pixels of one unit at distance 1
    float nearest_u;         // distance along the view of the nearest and, as 1 / range, the farthest line
    float inverse_range_u;
    vec2 origin_px;          // where the picture begins on the 3D targets: not at 0 where it is drawn in tiles
    vec2 picture_px;         // size of the whole picture, before its 3D part is drawn at less resolution
};
WEFT_GPU_END
#endif
