// The float32 arithmetic of a transformer layer on the CPU, built three times (baseline, AVX2, AVX-512) and
// chosen at run time. Why not ATen's: at 8 to 128 rows its matrix product reaches half of what these reach
// (its weights are not packed), its packed alternative generates code for every new number of tokens, and
// neither writes the attention straight into the frame. The plain ATen forward (plain_stack.h) is the twin
// that the tests compare with. Pure functions; any thread. No torch in here. Private to analysis/torch.
#pragma once

#include <cstdint>

#include "analysis/family/activation.h"

namespace weft::torch_part {

constexpr int64_t panel_width = 16;  // columns of a packed weight that lie together

// y[i, n] = activation(sum_k x[i, k] W[n, k] + bias[n]) for the panels [panel_begin, panel_end) of n; without
// `factor`, or times that; without `adds`, or added to what y is, instead of the bias.
struct LinearTask {
    const float* x;       // [rows, inner], row stride x_stride
    const float* packed;  // [outer / 16, inner, 16]: W transposed, in panels
    const float* bias;    // [outer]
    float* y;             // [rows, outer], row stride y_stride
    int64_t rows, inner, x_stride, y_stride;
    int64_t panel_begin, panel_end;
    Activation activation;
    float* slope = nullptr;         // as y: the activation's derivative where it was taken; null: not wanted
    const float* factor = nullptr;  // as y; null: 1
    bool adds = false;
};

// Of one attention head, the query rows [row_begin, row_end):
//   score[i, j] = sum_d query[i, d] key_transposed[d, j], then softcap * tanh(score / softcap), then +
//   bias[i, j]; weights[i, j] = softmax_j(score[i, j]); context[i, d] = sum_j weights[i, j] value[j, d].
// The scale is in the query already. A key whose score is below -1e30 has weight 0.
struct AttentionTask {
    const float* query;   // row stride query_stride
    const float* keys;    // [padded / 16, width, 16]: the keys transposed, in panels
    const float* values;  // [width / 16, value_stride, 16]: the values in panels
    float* weights;       // row stride count
    float* context;       // row stride context_stride; null: not wanted
    float* scratch;       // scratch_rows * padded floats of the calling thread
    int64_t count;        // keys
    int64_t width, query_stride, context_stride, value_stride;
    int64_t row_begin, row_end;
    const float* bias = nullptr;  // row stride padded; null: none
    float softcap = 0;            // 0: none
    int64_t first_row = -1;       // of a causal stack: row i sees the keys up to first_row + i; -1: all

    int64_t padded() const { return (count + panel_width - 1) / panel_width * panel_width; }
};

// v = x + y * scale, which x keeps, and out = norm(v) over each row of `width`.
struct NormTask {
    float* x;
    const float* y;      // null: nothing is added
    const float* scale;  // [width]; null: 1
    float* out;          // may be x
    int64_t rows, width;
    const float* gain;  // null: no norm, `out` is not written
    const float* bias;  // null: 0
    float epsilon;
    bool is_rms;           // Zhang & Sennrich 2019: no mean is taken off
    float* sum = nullptr;  // where v goes instead of x
};

// dy/dv of dy/dout, of the same norm.
struct NormBackTask {
    const float* x;         // [rows, width] v as it was
    const float* gradient;  // by out
    float* to;              // by v; may be `gradient`
    bool adds;              // to what `to` is
    int64_t rows, width;
    const float* gain;
    float epsilon;
    bool is_rms;
};

// Back through some query rows of one attention head, C = g A V of what AttentionTask computed: D = dy/d(g A)
// = dy/dC V^T; dy/dscore = g A (D - sum_j A D), through the softcap; then the products with keys, queries and
// dy/dC. All rows are row-major with a stride of their own.
struct AttentionBackTask {
    const float* weights;           // A [rows, count]
    const float* query;             // [rows, width], scaled
    const float* keys;              // [count, width]
    const float* key_panels;        // as AttentionTask::keys; read where there is a softcap
    const float* value_panels;      // the values likewise
    const float* context_gradient;  // [rows, width] dy/dC; a stride of 0: all rows have the same
    int64_t query_stride, key_stride, context_gradient_stride;
    float* shown;           // [rows, count] D, for hidden keys too; null: not wanted
    float* score_gradient;  // [rows, count]
    float* scratch;         // 2 * scratch_rows * padded floats of the calling thread
    float* query_gradient;  // [rows, width]
    float* key_gradient;    // [count, width]
    float* value_gradient;  // [count, width]
    int64_t query_gradient_stride, key_gradient_stride, value_gradient_stride;
    bool adds;  // to the gradients of keys and values
    int64_t rows, count, width;
    float gate, softcap;
    int64_t first_row;  // as AttentionTask

    int64_t padded() const { return (count + panel_width - 1) / panel_width * panel_width; }
};

constexpr int64_t scratch_rows = 12;

// Of one block of keys: norms[i, j] = | sum_h weights[h, i, j] parts[h, j, :] |, by way of the scalar
// products of the heads' parts of each key, in float64: near 0 the square's error would be the norm's by its
// root.
struct ContributionTask {
    const float* parts;    // [heads, keys, width]
    const float* weights;  // at the block's first key; head stride weight_stride, row stride row_stride
    float* norms;          // likewise
    double* scratch;  // doubles(): products [heads (heads + 1) / 2, padded], a row's weights [heads, padded]
    int64_t heads, keys, width;
    int64_t row_begin, row_end;  // the rows before row_begin weigh nothing
    int64_t weight_stride, row_stride;

    int64_t padded() const { return (keys + panel_width - 1) / panel_width * panel_width; }
    int64_t doubles() const { return (heads * (heads + 1) / 2 + heads) * padded(); }
};

constexpr int64_t split_depth = 32;          // numbers of a row that one matrix tile holds
constexpr int64_t split_rows_together = 32;  // rows of one block of tiles
constexpr int64_t split_chunk = 6;  // tiles deep: what one block of rows reads stays in the first cache

constexpr int64_t split_tiles(int64_t inner) {
    return (inner + split_depth - 1) / split_depth;
}

// Numbers that split_rows writes for a block of rows.
constexpr int64_t split_block(int64_t inner) {
    return split_rows_together * split_tiles(inner) * split_depth * 2;
}

// Where in a block those of column `first` begin, a multiple of split_depth.
constexpr int64_t split_part(int64_t first) {
    return first * 16 * 2;
}

// LinearTask with each number of x and W as a sum of two bfloat16, 16 bits of its 24, which is some 1e-5 of a
// row's length off: for what is a mean over many passes, in a third of the time. `across` multiplies with W
// where LinearTask has its transpose: y[i, c] = sum_n x[i, n] W[n, c].
struct SplitTask {
    const uint16_t* x;    // split_block(depth) for each 32 rows
    const float* packed;  // of LinearTask: [outer / 16, inner, 16]
    const float* bias;    // null: 0
    float* y;
    int64_t rows, depth;                       // depth: the length of a row of x
    int64_t inputs;                            // inner of `packed`; a multiple of 16 if `across`
    int64_t y_stride, panel_begin, panel_end;  // panels of y's columns
    int64_t panels;                            // all of them
    Activation activation;
    float* slope;
    const float* factor;
    bool adds, across;
    float* scratch;  // scratch_floats() of the calling thread

    int64_t scratch_floats() const {
        const int64_t pairs = (panel_end - panel_begin + 1) / 2,
                      blocks = (rows + split_rows_together - 1) / split_rows_together;
        return split_chunk * 2 * 16 * split_depth + pairs * blocks * split_rows_together * 2 * panel_width;
    }
};

struct Kernels {
    const char* name;
    int64_t panels_together;  // the stride in which panels are shared out
    int64_t rows_together;    // likewise for rows of attention
    void (*linear)(const LinearTask&);
    // Returns the largest |sum_j weights[i, j] - 1|; not a number if any weight is none.
    float (*attention)(const AttentionTask&);
    // Puts the keys and values [first, first + rows) of one head, row stride `stride`, into the panels of
    // AttentionTask. `value` may be null.
    void (*arrange)(const float* key, const float* value, int64_t stride, int64_t first, int64_t rows,
                    int64_t width, int64_t value_stride, float* keys, float* values);
    void (*normalise)(const NormTask&);
    void (*multiply)(float* x, const float* y, int64_t count);  // x *= y
    // Rotary positions: dimension d < half of each head turns with dimension d + half by the angle of the
    // row; cos and sin are [rows, half].
    void (*rotate)(float* x, int64_t rows, int64_t stride, int64_t heads, int64_t width, int64_t half,
                   const float* cos, const float* sin);
    void (*normalise_back)(const NormBackTask&);
    void (*attention_back)(const AttentionBackTask&);
    void (*contribution)(const ContributionTask&);
    // Null where the processor has no matrix tiles. split_rows: at most 32 rows of `inner` numbers, row
    // stride `stride`, to their part of a block of tiles whose rows have `whole` numbers; what is missing to
    // whole tiles is 0.
    void (*split_rows)(const float* x, int64_t stride, int64_t rows, int64_t inner, int64_t whole,
                       uint16_t* to) = nullptr;
    void (*linear_split)(const SplitTask&) = nullptr;
};

// The fastest that this processor runs.
const Kernels& cpu_kernels();

// Each one that this processor runs, for the tests; null ends the list.
const Kernels* const* all_cpu_kernels();

// packed [outer / 16, inner, 16] of weight [outer, inner], times `scale`; what is missing to a whole panel is
// 0.
void pack_panels(const float* weight, int64_t outer, int64_t inner, float scale, float* packed);

// The same of the transposed weight, for going back: packed [inner / 16, all_outer, 16], of which the rows
// [first, first + outer) of the middle are written. `inner` is a multiple of 16.
void pack_panels_transposed(const float* weight, int64_t outer, int64_t inner, float scale, int64_t first,
                            int64_t all_outer, float* packed);

}  // namespace weft::torch_part
