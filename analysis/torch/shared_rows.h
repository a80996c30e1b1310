// What the kernels do to each of many rows, shared out between the threads of a pool. The same numbers
// however many there are. Private to analysis/torch.
#pragma once

#include "analysis/torch/kernels.h"
#include "analysis/torch/packed_layer.h"
#include "analysis/torch/task_pool.h"

namespace weft::torch_part {

// What becomes of the products, as LinearTask has it.
struct LinearEnds {
    Activation activation = Activation::none;
    float* slope = nullptr;
    const float* factor = nullptr;
    bool adds = false;
};

struct LinearRows {
    const float* x = nullptr;
    int64_t x_stride = 0;
    float* y = nullptr;
    int64_t y_stride = 0;
    int64_t rows = 0;
};

// The first `columns` columns (whole panels) of what `weights` make of the rows, on at most `threads`
// threads.
void run_linear(TaskPool& pool, int64_t threads, const Kernels& kernels, const PackedLinear& weights,
                int64_t columns, const LinearRows& rows, const LinearEnds& ends);

// All rows of `norm`; `split`: also the split numbers of `out`, split_block(width) for each 32 rows.
void run_normalise(TaskPool& pool, int64_t threads, const Kernels& kernels, const NormTask& norm,
                   uint16_t* split = nullptr);

// `x` [rows, width] of each of which `norm` is taken, in place.
inline void run_norm(TaskPool& pool, int64_t threads, const Kernels& kernels, const OwnNorm& norm, float* x,
                     int64_t rows) {
    run_normalise(pool, threads, kernels,
                  {x, nullptr, nullptr, x, rows, norm.width, norm.gain.get(), norm.bias_or_null(),
                   norm.epsilon, norm.is_rms});
}

}  // namespace weft::torch_part
