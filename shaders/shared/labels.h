// One quad of the label pass. Colours are sRGB as the target holds them, straight alpha.
#ifndef WEFT_LABELS_H
#define WEFT_LABELS_H
#include "shaders/shared/interop.h"
WEFT_GPU_BEGIN

// What a quad draws.
const uint label_text = 0u;     // texels of 16 bits: text coverage, halo coverage
const uint label_picture = 1u;  // texels of 32 bits: RGBA, premultiplied
const uint label_pill = 2u;     // no texels: a rounded box

struct LabelQuad {
    vec4 rect;   // px; text and picture: whole-pixel minimum and size; pill: centre and half size
    vec4 color;  // of text and pill; alpha of a picture
    vec4 halo;
    uint kind;
    uint offset;   // of the first texel: in 16-bit steps for text, in 32-bit steps for a picture
    float angle;   // pill: counter-clockwise, radians
    float corner;  // pill: radius, px
};

struct LabelPush {
    vec2 ndc_per_px;  // 2 / size of the picture
    uint first_quad;
};

WEFT_GPU_END
#endif
