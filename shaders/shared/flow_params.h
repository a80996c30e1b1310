// One batch of flow lines as the shaders see it; meaning and formulas: renderer/draw_list.h, FlowBatch.
#ifndef WEFT_FLOW_PARAMS_H
#define WEFT_FLOW_PARAMS_H
#include "shaders/shared/interop.h"
WEFT_GPU_BEGIN
struct FlowParams {
    vec3 source_origin;
    float handle_u;
    vec3 source_slice_step;
    float width_u;          // times width_scale
    vec3 source_column_step;
    float taper;
    vec3 target_origin;
    float min_px;           // of the 3D targets, as max_px
    vec3 target_slice_step;
    float max_px;
    vec3 target_row_step;
    float opacity_power;
    vec3 axis;
    float opacity_min;
    float opacity_max;
    float opacity_scale;
    float depth_fade;
    float grow;
    float pulse_phase;
    float pulse_sigma;
    float pulse_gain;
    float pulse_base;
    float pulse_white;
    uint rows;
    uint columns;
    uint first_color;       // of slice 0
    uint negative_color;    // added to the colour's number for values below 0
    uint dense_values;      // 1: values are those of the whole block, 0: one for each drawn line
    float negative_dashes;  // of a line below 0
    float least_px;         // of the 3D targets
};

// In how many straight pieces a line is drawn: per_root_px times the square root of how far it bends on the
// picture, px; at most `most`, and so many where it passes the eye.
struct FlowSegments {
    float per_root_px;
    float most;
};

// VkDrawIndexedIndirectCommand, then the number of lines.
struct FlowDraw {
    uint index_count;
    uint instance_count;
    uint first_index;
    int vertex_offset;
    uint first_instance;
    uint line_count;
    uint pad0, pad1;
};
WEFT_GPU_END
#endif
