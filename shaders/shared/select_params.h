// What the selection shaders know of a block; meaning: renderer/draw_list.h, FlowSelection.
#ifndef WEFT_SELECT_PARAMS_H
#define WEFT_SELECT_PARAMS_H
#include "shaders/shared/interop.h"
WEFT_GPU_BEGIN
struct SelectParams {
    uint rows;
    uint columns;
    uint entry_count;
    uint group_count;
    uint threshold_key;  // bits of the threshold; 0 where it is not positive, the largest uint where it is no
                         // number
    uint has_row_thresholds;
    uint has_slice_mask;
    uint has_column_mask;
    uint has_row_mask;
    int band;
    int only_slice;
    int only_row;
    int only_column;
    uint indices_per_chunk;  // of the indirect draw
    uint pad0, pad1;
};
WEFT_GPU_END
#endif
