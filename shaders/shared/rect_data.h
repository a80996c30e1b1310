// One ScreenRect; px of the overlay; colours sRGB, straight alpha.
#ifndef WEFT_RECT_DATA_H
#define WEFT_RECT_DATA_H
#include "shaders/shared/interop.h"
WEFT_GPU_BEGIN
struct RectData {
    vec2 low;
    vec2 high;
    vec4 fill;
    vec4 border;
    float border_px;
    float corner_px;
    float right_height_px;  // < 0: no wedge
    float pad0;
};
WEFT_GPU_END
#endif
