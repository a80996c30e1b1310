// The test of FlowSelection on one entry. Strengths are compared as bits: the same on every device, denormals too.
// 256 threads a group, 16 neighbouring entries a thread, so that order is kept.
#include "shaders/shared/flow_params.h"
#include "shaders/shared/select_params.h"

layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly buffer Params { SelectParams params; };
layout(std430, binding = 1) readonly buffer Values { uint values[]; };
layout(std430, binding = 2) readonly buffer RowThresholds { uint row_thresholds[]; };
layout(std430, binding = 3) readonly buffer SliceMask { uint slice_mask[]; };
layout(std430, binding = 4) readonly buffer ColumnMask { uint column_mask[]; };
layout(std430, binding = 5) readonly buffer RowMask { uint row_mask[]; };
layout(std430, binding = 6) buffer Groups { uint groups[]; };
layout(std430, binding = 7) writeonly buffer Indices { uint indices[]; };
layout(std430, binding = 8) writeonly buffer Draw { FlowDraw draw; };

const uint entries_per_thread = 16;
const uint not_a_number = 0xffffffffu;

uint strength_key(uint bits) {
    uint strength = bits & 0x7fffffffu;
    return strength > 0x7f800000u ? not_a_number : strength;
}

uint threshold_key(uint bits) {
    uint key = strength_key(bits);
    return key != not_a_number && (bits >> 31) != 0 ? 0u : key;
}

bool passes(uint i) {
    if (i >= params.entry_count) return false;
    uint strength = strength_key(values[i]);
    if (strength == not_a_number || params.threshold_key == not_a_number || strength < params.threshold_key) return false;
    uint line = i / params.columns, c = i - line * params.columns;
    uint s = line / params.rows, r = line - s * params.rows;
    if (params.has_row_thresholds != 0) {
        uint row_key = threshold_key(row_thresholds[line]);
        if (row_key == not_a_number || strength < row_key) return false;
    }
    if (params.has_slice_mask != 0 && (slice_mask[s >> 5] >> (s & 31) & 1) == 0) return false;
    if (params.has_row_mask != 0 && (row_mask[r >> 5] >> (r & 31) & 1) != 0) return false;
    if (params.has_column_mask != 0 && (column_mask[c >> 5] >> (c & 31) & 1) != 0) return false;
    if (params.band >= 0 && (r > c ? r - c : c - r) <= uint(params.band)) return false;
    return (params.only_slice < 0 || uint(params.only_slice) == s) && (params.only_row < 0 || uint(params.only_row) == r) &&
           (params.only_column < 0 || uint(params.only_column) == c);
}
