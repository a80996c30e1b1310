// The float32 arithmetic of a transformer layer on the CPU, built three times (baseline, AVX2, AVX-512) and
// chosen at run time. Why not ATen's: at 8 to 128 rows its matrix product reaches half of what these reach
// (its weights are not packed), its packed alternative generates code for every new number of tokens, and
// neither writes the attention straight into the frame. The plain ATen forward (bert_plain.h) is the twin
// that the tests compare with. Pure functions; any thread. No torch in here. Private to analysis/torch.
#pragma once

#include <cstdint>

namespace weft::torch_part {

constexpr int64_t panel_width = 16;  // columns of a packed weight that lie together

enum class Activation : int32_t { none, gelu_erf, gelu_tanh, relu };

// y[i, n] = activation(sum_k x[i, k] W[n, k] + bias[n]) for the panels [panel_begin, panel_end) of n.
struct LinearTask {
    const float* x;       // [rows, inner], row stride x_stride
    const float* packed;  // [outer / 16, inner, 16]: W transposed, in panels
    const float* bias;    // [outer]
    float* y;             // [rows, outer], row stride y_stride
    int64_t rows, inner, x_stride, y_stride;
    int64_t panel_begin, panel_end;
    Activation activation;
};

// Of one attention head, the query rows [row_begin, row_end):
//   weights[i, j] = softmax_j(sum_d query[i, d] key_transposed[d, j]); context[i, d] = sum_j weights[i, j]
//   value[j, d].
// The scale 1 / sqrt(d) is in the query already.
struct AttentionTask {
    const float* query;   // [count, width], row stride query_stride
    const float* keys;    // [padded / 16, width, 16]: the keys transposed, in panels
    const float* values;  // [width / 16, count, 16]: the values in panels
    float* weights;       // [count, count]
    float* context;       // [count, width], row stride context_stride; null: not wanted
    float* scratch;       // scratch_rows * padded floats of the calling thread
    int64_t count, width, query_stride, context_stride;
    int64_t row_begin, row_end;

    int64_t padded() const { return (count + panel_width - 1) / panel_width * panel_width; }
};

constexpr int64_t scratch_rows = 12;

struct Kernels {
    const char* name;
    int64_t panels_together;  // the stride in which panels are shared out
    int64_t rows_together;    // likewise for rows of attention
    void (*linear)(const LinearTask&);
    // Returns the largest |sum_j weights[i, j] - 1|; not a number if any weight is none.
    float (*attention)(const AttentionTask&);
    // Puts the keys and values of one head, [count, width] with row stride `stride`, into the panels of
    // AttentionTask. Keys from `count` to `padded` become 0. `value` may be null.
    void (*arrange)(const float* key, const float* value, int64_t stride, int64_t count, int64_t width,
                    float* keys, float* values);
    // x[i] = (x[i] + y[i] - mean) / sqrt(variance + epsilon) * gain + bias over each row of `width`.
    void (*add_and_normalise)(float* x, const float* y, int64_t rows, int64_t width, const float* gain,
                              const float* bias, float epsilon);
};

// The fastest that this processor runs.
const Kernels& cpu_kernels();

// Each one that this processor runs, for the tests; null ends the list.
const Kernels* const* all_cpu_kernels();

// packed [outer / 16, inner, 16] of weight [outer, inner], times `scale`. `outer` is a multiple of 16.
void pack_panels(const float* weight, int64_t outer, int64_t inner, float scale, float* packed);

}  // namespace weft::torch_part
